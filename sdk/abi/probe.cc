// What the ABI check looks at: one concrete class per interface, since compilers name
// the slots of concrete classes only, and one value per struct, whose initializers
// must name every field in its order. Compiled, never linked.
#include "larder/sdk/plugin.h"

namespace probe {

using namespace larder::sdk;  // this file is about nothing else
using Milliseconds = std::chrono::milliseconds;
using std::string_view;

struct ProbeContext final : Context {
  std::chrono::steady_clock::time_point deadline() const noexcept override;
  bool cancelled() const noexcept override;
  string_view requestId() const noexcept override;
};
struct ProbeSource final : Source {
  Result<std::size_t> read(std::span<std::byte>) override;
};
struct ProbeContent final : Content {
  Result<std::size_t> read(std::span<std::byte>) override;
  std::uint64_t size() const noexcept override;
  Result<void> rewind() override;
};
struct ProbeSpooled final : SpooledContent {
  Result<std::size_t> read(std::span<std::byte>) override;
  std::uint64_t size() const noexcept override;
  Result<void> rewind() override;
  Result<std::string> digest(DigestAlgorithm) override;
  Result<std::size_t> readAt(std::uint64_t, std::span<std::byte>) const override;
};
struct ProbeComponent final : Component {
  Result<void> health(Context&) override;
  void* facet(FacetId) noexcept override;
};
struct ProbeStorage final : Storage {
  Result<void> health(Context&) override;
  void* facet(FacetId) noexcept override;
  Result<ObjectInfo> stat(Context&, string_view) override;
  Result<OpenObject> open(Context&, string_view, ByteRange) override;
  Result<ObjectInfo> put(Context&, string_view, Content&, const PutOptions&) override;
  Result<void> remove(Context&, string_view) override;
  Result<ObjectPage> list(Context&, string_view, string_view, std::size_t) override;
};
struct ProbePresigned final : PresignedUrls {
  Result<std::string> presignGet(string_view, const Options&) override;
};
struct ProbeLocalFiles final : LocalFiles {
  Result<LocalFile> openLocal(string_view) override;
};
struct ProbeBarrier final : DurabilityBarrier {
  Result<void> sync(Context&) override;
};
struct ProbeCopy final : ServerSideCopy {
  Result<ObjectInfo> copy(Context&, string_view, string_view, const PutOptions&) override;
};
struct ProbeCache final : Cache {
  Result<void> health(Context&) override;
  void* facet(FacetId) noexcept override;
  Result<RecordSet> get(Context&, std::span<const std::string>) override;
  Result<RecordPage> scan(Context&, string_view, string_view, std::size_t) override;
  Result<void> apply(Context&, const Batch&) override;
};
struct ProbeChanges final : ChangeCounter {
  std::optional<std::uint64_t> changes() noexcept override;
};
struct ProbeAccess final : Access {
  Result<void> health(Context&) override;
  void* facet(FacetId) noexcept override;
  Result<Identity> authenticate(Context&, const Credentials&) override;
  Result<Identity> identify(Context&, string_view) override;
};
struct ProbeGrants final : GrantSource {
  Result<std::vector<ProjectGrant>> grantsOf(Context&, string_view) override;
};
struct ProbeVersion final : AccessVersion {
  Result<std::string> version(Context&) override;
  std::optional<std::uint64_t> versionNow() noexcept override;
};
struct ProbeFormat final : Format {
  Result<void> health(Context&) override;
  void* facet(FacetId) noexcept override;
  std::vector<Route> routes() override;
  Result<std::string> normalize(string_view) const override;
  Result<Indexed> index(string_view, string_view, string_view) const override;
  Response render(const Request&, const Failure&) const override;
};
struct ProbeRequest final : Request {
  string_view method() const noexcept override;
  string_view path() const noexcept override;
  string_view param(string_view) const override;
  std::optional<string_view> query(string_view) const override;
  std::vector<string_view> queryAll(string_view) const override;
  std::optional<string_view> header(string_view) const override;
  string_view peer() const noexcept override;
  string_view externalBase() const noexcept override;
  string_view mount() const noexcept override;
  const Identity& identity() const noexcept override;
  Result<void> require(Context&, Verb, string_view) override;
  Result<bool> may(Context&, Verb, string_view) override;
  Result<std::vector<std::string>> filter(Context&, Verb, std::vector<std::string>) override;
  Result<Form*> form(Context&) override;
  SpooledContent& body() override;
};
struct ProbeLogger final : Logger {
  void log(Level, string_view, string_view, std::span<const Field>) noexcept override;
  bool enabled(Level) const noexcept override;
};
struct ProbeClock final : Clock {
  std::chrono::system_clock::time_point now() const noexcept override;
  std::chrono::steady_clock::time_point steady() const noexcept override;
};
struct ProbeCounter final : Counter {
  void add(std::uint64_t) noexcept override;
};
struct ProbeGauge final : Gauge {
  void set(double) noexcept override;
  void add(double) noexcept override;
};
struct ProbeHistogram final : Histogram {
  void observe(double) noexcept override;
};
struct ProbeMetrics final : Metrics {
  Counter& counter(string_view, string_view, const Labels&) override;
  Gauge& gauge(string_view, string_view, const Labels&) override;
  Histogram& histogram(string_view, string_view, std::span<const double>, const Labels&) override;
};
struct ProbeJobs final : Jobs {
  void schedule(string_view, Milliseconds, Work) override;
  void repeat(string_view, Milliseconds, Work) override;
};
struct ProbePasswords final : Passwords {
  std::string hash(string_view) override;
  bool verify(string_view, string_view) override;
  void verifyNothing(string_view) override;
  std::string unusable(string_view) override;
};
struct ProbeHost final : Host {
  Logger& logger() noexcept override;
  Clock& clock() noexcept override;
  Metrics& metrics() noexcept override;
  Jobs& jobs() noexcept override;
  Passwords& passwords() noexcept override;
  Result<std::unique_ptr<SpooledContent>> spool(Context&, Source&, std::uint64_t) override;
  std::shared_ptr<const PreparedBody> prepare(std::string, std::string) override;
};
struct ProbeFormatHost final : FormatHost {
  Logger& logger() noexcept override;
  Clock& clock() noexcept override;
  Metrics& metrics() noexcept override;
  Jobs& jobs() noexcept override;
  Passwords& passwords() noexcept override;
  Result<std::unique_ptr<SpooledContent>> spool(Context&, Source&, std::uint64_t) override;
  std::shared_ptr<const PreparedBody> prepare(std::string, std::string) override;
  string_view repository() const noexcept override;
  Blobs& blobs() noexcept override;
  Journal& journal(string_view) override;
  Result<std::vector<std::string>> journals(Context&) override;
  bool privateReads() const noexcept override;
};
struct ProbeBlobs final : Blobs {
  Result<BlobRef> put(Context&, Content&, string_view, string_view) override;
  Result<OpenObject> open(Context&, string_view, ByteRange) override;
};
struct ProbeReader final : RecordReader {
  Result<std::vector<std::optional<Record>>> get(Context&, std::span<const std::string>) override;
  Result<RecordPage> scan(Context&, string_view, string_view, std::size_t) override;
};
struct ProbeJournal final : Journal {
  RecordReader& records() noexcept override;
  RecordReader& entries() noexcept override;
  Result<std::uint64_t> commit(Context&, Decide) override;
  std::optional<std::uint64_t> versionNow() noexcept override;
};
struct ProbeSettings final : Settings {
  std::string string(string_view) const override;
  std::int64_t integer(string_view) const override;
  bool boolean(string_view) const override;
  Milliseconds duration(string_view) const override;
  std::uint64_t size(string_view) const override;
  std::vector<std::string> list(string_view) const override;
  const Settings& map(string_view) const override;
  std::vector<std::string> keys(string_view) const override;
  const Settings& entry(string_view, string_view) const override;
  std::vector<std::string> listEntry(string_view, string_view) const override;
  std::vector<const Settings*> items(string_view) const override;
  bool given(string_view) const override;
  Error invalid(string_view, string_view) const override;
};
struct ProbeProblems final : SettingProblems {
  void add(Error) override;
};

inline void values() {
  (void)PluginHeader{.magic = {},
                     .headerSize = 0,
                     .sdkMajor = 0,
                     .sdkMinor = 0,
                     .toolchain = {},
                     .kind = {},
                     .name = {},
                     .version = {},
                     .summary = {}};
  (void)StoragePlugin{.header = {}, .settings = {}, .settingCount = 0, .check = {}, .create = {}};
  (void)SettingSpec{.name = {},
                    .type = {},
                    .defaultValue = {},
                    .secret = {},
                    .help = {},
                    .fields = {},
                    .fieldCount = {}};
  (void)ObjectInfo{.key = {}, .size = {}, .etag = {}, .modified = {}};
  (void)OpenObject{.info = {}, .body = {}};
  (void)ByteRange{.offset = {}, .length = {}};
  (void)PutOptions{.contentType = {}, .cacheControl = {}, .ifAbsent = {}, .durability = {}};
  (void)ObjectPage{.objects = {}, .next = {}};
  (void)LocalFile{.file = {}, .info = {}};
  (void)PresignedUrls::Options{.start = {}, .ttl = {}, .contentType = {}, .disposition = {}};
  (void)Record{.key = {}, .value = {}, .version = {}};
  (void)RecordSet{.records = {}, .epoch = {}};
  (void)RecordPage{.records = {}, .next = {}};
  (void)Batch::Expect{.key = {}, .version = {}};
  (void)Batch::Write{.key = {}, .value = {}};
  (void)Batch{.expect = {}, .put = {}, .erase = {}};
  (void)Resource{.repository = {}, .project = {}};
  (void)Identity{.user = {}, .groups = {}, .admin = {}};
  (void)Credentials{.user = {}, .secret = {}};
  (void)Grant{.to = {}, .name = {}, .verb = {}};
  (void)ProjectGrant{.project = {}, .grant = {}};
  (void)FormFile{.field = {}, .filename = {}, .contentType = {}, .content = {}};
  (void)Form{.fields = {}, .files = {}};
  (void)BlobBody{.key = {}, .size = {}, .etag = {}, .modified = {}};
  (void)Response{.status = {}, .reason = {}, .contentType = {}, .headers = {}, .body = {}};
  (void)Route{.method = {},
              .pattern = {},
              .need = {},
              .projectParam = {},
              .slash = {},
              .body = {},
              .handler = {},
              .fast = {}};
  (void)Failure{.status = {}, .message = {}};
  (void)Field{.name = {}, .value = {}};
  (void)PreparedBody{
      .contentType = {}, .identity = {}, .identityEtag = {}, .gzip = {}, .gzipEtag = {}};
  (void)BlobRef{.key = {}, .sha256 = {}, .size = {}};
  (void)Change{.key = {}, .value = {}};
  (void)BlobUse{.key = {}, .sha256 = {}, .size = {}, .label = {}};
  (void)Indexed{.entries = {}, .blobs = {}};
}

static_assert(static_cast<int>(Errc::Invalid) == 1 && static_cast<int>(Errc::Internal) == 12);
static_assert(static_cast<int>(Verb::Read) == 0 && static_cast<int>(Verb::Admin) == 4);
static_assert(static_cast<int>(SettingType::String) == 0 &&
              static_cast<int>(SettingType::MapList) == 10);
static_assert(static_cast<int>(Slash::Redirect) == 2 && static_cast<int>(BodyKind::Upload) == 2);
static_assert(static_cast<int>(Level::Error) == 3 && static_cast<int>(Durability::Later) == 1);

}  // namespace probe
