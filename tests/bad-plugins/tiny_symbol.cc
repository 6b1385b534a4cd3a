extern "C" __attribute__((visibility("default"))) const char larder_plugin[8];
extern "C" const char larder_plugin[8] = {'L', 'A', 'R', 'D', 'E', 'R', 'P', '\1'};
