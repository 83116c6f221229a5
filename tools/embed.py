#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a C table of files: embed.py OUTPUT TABLE FILE...

The table is `const struct embedded_file TABLE[]` (src/base/embed.h), sorted by file name.
"""
import pathlib
import sys


def main(output, table, *names):
    files = sorted((pathlib.Path(name) for name in names), key=lambda path: path.name)
    lines = ['// Made by tools/embed.py.', '#include "base/embed.h"', '']
    for index, path in enumerate(files):
        data = path.read_bytes()
        lines.append(f'static const unsigned char file_{index}[] = {{')
        for start in range(0, len(data), 16):
            lines.append('    ' + ' '.join(f'{byte},' for byte in data[start:start + 16]))
        lines.append('    0};')
    lines.append(f'extern const struct embedded_file {table}[];')
    lines.append(f'const struct embedded_file {table}[] = {{')
    for index, path in enumerate(files):
        lines.append(
            f'    {{"{path.name}", {{(const char *)file_{index}, sizeof file_{index} - 1}}}},')
    lines += ['    {0}};', '']
    pathlib.Path(output).write_text('\n'.join(lines))


if __name__ == '__main__':
    main(*sys.argv[1:])
