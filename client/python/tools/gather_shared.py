# SPDX-License-Identifier: MIT
"""Copies the C files that the package shares with the rest of Flawless into a source distribution,
to shared/, so that it builds where the repository is not. Meson runs it while it makes one.

Needs MESON_SOURCE_ROOT (this package in the repository) and MESON_DIST_ROOT (what will be packed).
"""

import os
import pathlib
import shutil

SHARED = ("client/c", "include", "src/base", "src/report")  # as seen from the repository's root

package = pathlib.Path(os.environ["MESON_SOURCE_ROOT"])
repository = package.parent.parent
packed = pathlib.Path(os.environ["MESON_DIST_ROOT"])

# A source distribution of a source distribution has them already.
if not (package / "shared").is_dir():
    for folder in SHARED:
        for file in sorted((repository / folder).glob("*.[ch]")):
            copy = packed / "shared" / folder / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    shutil.copyfile(repository / "LICENSE", packed / "LICENSE")
