package cpython

// UV is the version of uv that installs packages, on servers and in images, and that knows
// the Releases. uv takes a fraction of the time that pip takes, even if it has to be
// fetched first.
const UV = "0.13.9"
