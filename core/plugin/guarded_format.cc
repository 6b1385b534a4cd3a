#include "core/plugin/barrier.h"
#include "core/plugin/guarded_source.h"
#include "core/plugin/guards.h"

namespace larder::plugin {
namespace {

class GuardedFormat final : public sdk::Format {
 public:
  GuardedFormat(std::unique_ptr<sdk::Format> inner, sdk::Host& host)
      : inner_(std::move(inner)), barrier_("format", host) {}

  sdk::Result<void> askForRoutes() {
    using Routes = std::vector<sdk::Route>;
    LARDER_TRY_ASSIGN(kept_,
                      routes_.run([&]() -> sdk::Result<Routes> { return inner_->routes(); }));
    for (sdk::Route& route : kept_) {
      if (!route.handler) {
        return routes_.malformed("has no handler for " + route.method + " " + route.pattern);
      }
      route.handler = guarded(std::move(route.handler));
      if (route.fast) route.fast = guarded(std::move(route.fast));
    }
    return {};
  }

  sdk::Result<void> health(sdk::Context& ctx) override {
    return health_.run(ctx, [&] { return inner_->health(ctx); });
  }

  std::vector<sdk::Route> routes() override { return kept_; }

  sdk::Result<std::string> normalize(std::string_view project) const override {
    return normalize_.run([&] { return inner_->normalize(project); });
  }

  sdk::Result<sdk::Indexed> index(std::string_view journal, std::string_view key,
                                  std::string_view record) const override {
    return index_.run([&] { return inner_->index(journal, key, record); });
  }

  sdk::Response render(const sdk::Request& request, const sdk::Failure& failure) const override {
    auto rendered = render_.contain(
        [&]() -> sdk::Result<sdk::Response> { return inner_->render(request, failure); });
    if (rendered) rendered = checked(std::move(rendered).value(), render_);
    if (rendered) return std::move(rendered).value();
    sdk::Response plain;
    plain.status = failure.status;
    plain.body = failure.message + "\n";
    return plain;
  }

 private:
  sdk::Route::Handler guarded(sdk::Route::Handler handler) {
    return [this, inner = std::move(handler)](sdk::Context& ctx, sdk::Request& request) {
      auto answer = handle_.run(ctx, [&] { return inner(ctx, request); });
      return answer ? checked(std::move(answer).value(), handle_) : std::move(answer);
    };
  }

  /// A fast answer that goes wrong is no answer: the handler is asked next.
  sdk::Route::Fast guarded(sdk::Route::Fast fast) {
    return [this, inner = std::move(fast)](sdk::Request& request) -> std::optional<sdk::Response> {
      using Answer = std::optional<sdk::Response>;
      auto answer = fast_.contain([&]() -> sdk::Result<Answer> { return inner(request); });
      if (!answer || !*answer) return std::nullopt;
      auto response = checked(std::move(**answer), fast_);
      if (!response) return std::nullopt;
      return std::move(response).value();
    };
  }

  sdk::Result<sdk::Response> checked(sdk::Response response, Barrier::Operation& op) const {
    using Prepared = std::shared_ptr<const sdk::PreparedBody>;
    using Stream = std::unique_ptr<sdk::Source>;
    if (const auto* prepared = std::get_if<Prepared>(&response.body); prepared && !*prepared) {
      return op.malformed("answered with a prepared body that is null");
    }
    if (auto* stream = std::get_if<Stream>(&response.body)) {
      if (*stream == nullptr) return op.malformed("answered with a stream that is null");
      *stream = std::make_unique<GuardedSource>(std::move(*stream), std::nullopt, read_);
    }
    return response;
  }

  std::unique_ptr<sdk::Format> inner_;
  std::vector<sdk::Route> kept_;

  Barrier barrier_;
  mutable Barrier::Operation routes_{barrier_, "routes"};
  mutable Barrier::Operation health_{barrier_, "health"};
  mutable Barrier::Operation handle_{barrier_, "handle"};
  mutable Barrier::Operation fast_{barrier_, "fast"};
  mutable Barrier::Operation read_{barrier_, "read"};
  mutable Barrier::Operation normalize_{barrier_, "normalize"};
  mutable Barrier::Operation index_{barrier_, "index"};
  mutable Barrier::Operation render_{barrier_, "render"};
};

}  // namespace

sdk::Result<std::unique_ptr<sdk::Format>> guard(std::unique_ptr<sdk::Format> inner,
                                                sdk::Host& host) {
  auto guarded = std::make_unique<GuardedFormat>(std::move(inner), host);
  LARDER_TRY(guarded->askForRoutes());
  return std::unique_ptr<sdk::Format>(std::move(guarded));
}

}  // namespace larder::plugin
