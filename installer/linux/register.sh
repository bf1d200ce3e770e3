#!/bin/sh
# Puts Hikidashi into the menu of this user and lets a double-click open its files; nothing outside the home folder
# is touched, nothing is fetched. With --remove it takes both away again; projects and settings stay.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/hikidashi.desktop
types=$data/mime/packages/hikidashi.xml
icon=$data/icons/hicolor/scalable/apps/hikidashi.svg

if [ "${1:-}" = --remove ]; then
  rm -f "$entry" "$types" "$icon"
else
  mkdir -p "$(dirname "$entry")" "$(dirname "$types")" "$(dirname "$icon")"
  # Within the quotes of an Exec line these are escaped by a backslash, itself doubled in a desktop file.
  program=$(printf '%s' "$here/hikidashi-window" | sed -e 's/[\\"`$]/\\\\&/g' -e 's/%/%%/g' -e 's/[&|\\]/\\&/g')
  sed -e "s|^Exec=hikidashi-window|Exec=\"$program\"|" -e '/^TryExec=/d' "$here/share/hikidashi.desktop" > "$entry"
  cp "$here/share/hikidashi.xml" "$types"
  cp "$here/share/hikidashi.svg" "$icon"
fi
command -v update-desktop-database >/dev/null && update-desktop-database -q "$data/applications" || :
command -v update-mime-database >/dev/null && update-mime-database "$data/mime" || :
