# Sourced by the other tools: installs the Debian packages that are missing, and says which.
# larder_prepare build [test]

larder_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

larder_prepare() {
  local wanted package missing=()
  wanted=$(awk -v kinds=" $* " '!/^#/ && NF == 2 && index(kinds, " " $1 " ") { print $2 }' \
    "$larder_root/tools/packages.txt")
  local installed
  # dpkg-query fails when it has never heard of a package, which is what a fresh machine is like.
  # shellcheck disable=SC2086
  installed=$({ dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null || true; } |
    awk '$2 == "installed" { print $1 }')
  for package in $wanted; do
    grep -qx -- "$package" <<<"$installed" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0

  echo "tools: installing ${missing[*]}" >&2
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "tools: run as root, or install: ${missing[*]}" >&2
      return 1
    fi
    sudo=(sudo)
  fi
  "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# larder_build PRESET [TARGET]: configures when needed, builds; the log is shown only when it fails.
larder_build() {
  local preset=$1 target=${2:-all} folder="$larder_root/build/$1"
  local log="$folder/build.log"
  mkdir -p "$folder"
  if [ ! -e "$folder/build.ninja" ]; then
    echo "tools: configuring and building build/$preset, which takes minutes the first time" >&2
    (cd "$larder_root" && cmake --preset "$preset" -DLARDER_TESTS=ON) >"$log" 2>&1 ||
      { cat "$log" >&2; return 1; }
  fi
  if [ -t 2 ]; then
    cmake --build "$folder" --target "$target" >&2
  else
    cmake --build "$folder" --target "$target" >"$log" 2>&1 || { tail -n 100 "$log" >&2; return 1; }
  fi
}
