#include "core/server/workshop.h"

#include "core/observe/clock.h"

namespace larder::server {

sdk::Result<std::unique_ptr<Workshop>> Workshop::open(const config::Configuration& configuration,
                                                      observe::LogSink& sink) {
  LARDER_TRY_ASSIGN(content::SpoolDirectory spool,
                    content::SpoolDirectory::open(configuration.server().string("spool")));
  return std::unique_ptr<Workshop>(new Workshop(std::move(spool), sink));
}

Workshop::Workshop(content::SpoolDirectory spool, observe::LogSink& sink)
    : spool_(std::move(spool)),
      log_(sink, {{"component", "jobs"}}),
      jobs_({}, observe::systemClock(), log_, metrics_),
      services_{sink, metrics_, observe::systemClock(), jobs_, passwords_, spool_} {}

}  // namespace larder::server
