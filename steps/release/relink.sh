# shellcheck shell=sh
# A function that replaces a link without a moment in which there is none.

# relink TARGET LINK: has the link lead to the target.
relink() {
  ln -sfnT "$1" "$2.slipway-part"
  mv -fT "$2.slipway-part" "$2"
}
