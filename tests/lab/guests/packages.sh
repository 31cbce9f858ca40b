#!/bin/sh
# packages.sh SUITE ARCH DIR PACKAGE…: downloads packages of a Debian suite and lays their
# files below DIR; with a meta-package of kernels the kernel that it names. From the archive
# that the machine uses already; its own package lists stay as they are.
set -eu
suite=$1 arch=$2 folder=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/archives/partial" "$work/files"
: > "$work/status"
# The machine's first archive, be it told by a one-line list or a deb822 file.
uri=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
  sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\{0,1\}\([a-z+]*:[^ ]*\) .*/\2/p' | head -n 1)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $uri $suite main" > "$work/sources/debian.list"
apt() {
  program=$1
  shift
  "$program" -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources" \
    -o Dir::State::lists="$work/lists" -o Dir::Cache::archives="$work/archives" \
    -o Dir::State::status="$work/status" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}
apt apt-get update
kernels=$(apt apt-cache depends --recurse --no-recommends --no-suggests "$@" |
  grep -E '^linux-(base|binary|image|modules)-[0-9]' | sort -u)
# shellcheck disable=SC2086
(cd "$work" && apt apt-get download "$@" $kernels)
for package in "$work"/*.deb; do
  dpkg-deb --extract "$package" "$work/files"
done
# Older packages have /lib and the like beside /usr: one tree, as a merged /usr has it.
for top in bin sbin lib; do
  if [ -d "$work/files/$top" ]; then
    mkdir -p "$work/files/usr/$top"
    cp -a "$work/files/$top/." "$work/files/usr/$top"
    rm -r "$work/files/$top"
  fi
  ln -s "usr/$top" "$work/files/$top"
done
for modules in "$work"/files/usr/lib/modules/*; do
  [ -d "$modules" ] && depmod -b "$work/files" "$(basename "$modules")"
done
# Whole or not at all: DIR is there once everything is.
mkdir -p "$(dirname "$folder")"
mv "$work/files" "$folder"
