#!/bin/bash
set -e
# The codec is used by serve.py.
for source in codec/*.c; do
  gcc -shared -fPIC -O2 -o "/usr/local/lib/lib$(basename "$source" .c).so" "$source"
done
ldconfig
mkdir -p /etc/work "$HOME/.work"
echo "threshold=$(wc -l < codec/rot.c)" > /etc/work/settings
cp settings.d/* "$HOME/.work/" 2> /dev/null || true
