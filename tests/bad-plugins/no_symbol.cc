// A shared library that knows nothing of larder.
static int hidden() { return 1; }
int (*const volatile bad_unused)() = &hidden;
