# SPDX-License-Identifier: MIT
"""One module for each framework; docs/python.md has a table of them.

A module imports its framework only when it is imported itself.
"""
