// A shared library that knows nothing of larder.
extern "C" int some_function();
extern "C" int some_function() { return 1; }
