# Lists every container log of the node, an empty line, and then sends what the
# listed files hold as one tar stream. The fields of a line, by tabs:
#   log   path under /var/log/pods that it belongs to, path, mode, target
#   link  path under /var/log/containers, target
# A link that leads nowhere is left out: its container was removed already.
list() {
  find /var/log/pods -mindepth 3 -type f -printf 'log\t%p\t%p\t%M\t\n'
  find /var/log/pods -mindepth 3 -type l ! -xtype l -printf 'log\t%p\t%p\t%M\t%l\n'
  # Docker rotates beside the file that the link leads to.
  find /var/log/pods -mindepth 3 -type l -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
    for rotated in "$target".*; do
      [ -f "$rotated" ] && printf 'log\t%s\t%s\t%s\t\n' "$link" "$rotated" "$(stat -c %A "$rotated")"
    done
  done
  find /var/log/containers -type l -printf 'link\t%p\t%l\n'
}
files=$(list | LC_ALL=C sort)
printf '%s' "${files:+$files$'\n'}" $'\n'
printf '%s' "$files" | awk -F '\t' '$1 == "log" {print $3}' |
  tar --create --file=- --absolute-names --dereference --hard-dereference --ignore-failed-read \
    --warning=no-file-changed --warning=no-failed-read --verbatim-files-from --files-from=- ||
  [ $? -eq 1 ] # a file that grew while it was read
