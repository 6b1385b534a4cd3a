extern "C" __attribute__((visibility("default"))) int larder_plugin();
extern "C" int larder_plugin() { return 1; }
