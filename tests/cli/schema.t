#!/bin/sh
# Schemas of modules: our verdicts are those of Python's validator.
exec /usr/bin/python3 -I "${srcdir:-.}/tests/panel/schema.py" \
    "${top_builddir:-.}/tests/panel/verdict"
