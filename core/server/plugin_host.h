#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/content/prepare.h"
#include "core/content/spooled.h"
#include "core/observe/log.h"
#include "core/observe/metrics.h"
#include "core/repo/repository.h"
#include "larder/sdk/format.h"

namespace larder::server {

/// What the process has once and every plugin instance is given a view of.
struct Services {
  observe::LogSink& sink;
  sdk::Metrics& metrics;
  sdk::Clock& clock;
  sdk::Jobs& jobs;
  sdk::Passwords& passwords;
  const content::SpoolDirectory& spool;
};

/// sdk::Host for one instance: the process's services under the instance's labels.
template <class Base>
class LabelledHost : public Base {
 public:
  LabelledHost(const Services& services, sdk::Labels labels)
      : services_(services), log_(services.sink, labels), metrics_(services.metrics, labels) {}
  virtual ~LabelledHost() = default;

  sdk::Logger& logger() noexcept override { return log_; }
  sdk::Clock& clock() noexcept override { return services_.clock; }
  sdk::Metrics& metrics() noexcept override { return metrics_; }
  sdk::Jobs& jobs() noexcept override { return services_.jobs; }
  sdk::Passwords& passwords() noexcept override { return services_.passwords; }

  sdk::Result<std::unique_ptr<sdk::SpooledContent>> spool(sdk::Context& ctx, sdk::Source& from,
                                                          std::uint64_t limit) override {
    return services_.spool.spool(ctx, from, limit);
  }
  std::shared_ptr<const sdk::PreparedBody> prepare(std::string contentType,
                                                   std::string bytes) override {
    return content::prepare(std::move(contentType), std::move(bytes));
  }

 private:
  const Services& services_;
  observe::Log log_;
  observe::ScopedMetrics metrics_;
};

using PluginHost = LabelledHost<sdk::Host>;

/// sdk::FormatHost over one repository.
class RepositoryHost final : public LabelledHost<sdk::FormatHost> {
 public:
  RepositoryHost(const Services& services, sdk::Labels labels, std::string name,
                 repo::Repository& repository, bool privateReads)
      : LabelledHost(services, std::move(labels)),
        name_(std::move(name)),
        repository_(repository),
        privateReads_(privateReads) {}

  std::string_view repository() const noexcept override { return name_; }
  sdk::Blobs& blobs() noexcept override { return repository_.blobs(); }
  sdk::Journal& journal(std::string_view name) override { return repository_.journal(name); }
  sdk::Result<std::vector<std::string>> journals(sdk::Context& ctx) override {
    return repository_.journals(ctx);
  }
  bool privateReads() const noexcept override { return privateReads_; }

 private:
  const std::string name_;
  repo::Repository& repository_;
  const bool privateReads_;
};

}  // namespace larder::server
