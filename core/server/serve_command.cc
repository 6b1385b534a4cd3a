#include <csignal>
#include <iostream>

#include "core/server/command_support.h"
#include "core/server/commands.h"
#include "core/server/reload.h"
#include "core/server/server.h"
#include "core/server/signals.h"

namespace larder::server {

int serve(const Arguments& arguments) {
  const Signals signals;  // before any thread
  observe::LogSink sink(observe::LogFormat::Text, sdk::Level::Info);
  const config::LoadOptions options{.listen = arguments.values("listen")};
  auto blueprint = readBlueprint(arguments, options, sink);
  if (!blueprint) return kWrong;
  applyLogSettings(blueprint->configuration().server(), sink);
  auto server = Server::start(blueprint, options, sink);
  if (!server) {
    std::cerr << "larder: " << blueprint->configuration().masked(server.error().message()) << "\n";
    return kFailed;
  }
  while (signals.wait() == SIGHUP) (*server)->reload();
  (*server)->stop();
  return kDone;
}

}  // namespace larder::server
