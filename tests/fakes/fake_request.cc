#include "tests/fakes/fake_request.h"

#include <strings.h>

#include <stdexcept>

#include "core/content/spooled.h"

namespace larder::test {
namespace {

bool sameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

void FakeRequest::addField(std::string name, std::string value) {
  form_.fields.emplace_back(std::move(name), std::move(value));
}

void FakeRequest::addFile(std::string field, std::string filename, std::string bytes,
                          std::string contentType) {
  form_.files.push_back({std::move(field), std::move(filename), std::move(contentType),
                         content::makeContent(std::move(bytes))});
}

void FakeRequest::setBody(std::string bytes) { body_ = content::makeContent(std::move(bytes)); }

std::string_view FakeRequest::param(std::string_view name) const {
  const auto found = params.find(name);
  if (found == params.end()) throw std::logic_error("no param " + std::string(name));
  return found->second;
}

std::optional<std::string_view> FakeRequest::query(std::string_view name) const {
  const auto all = queryAll(name);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::vector<std::string_view> FakeRequest::queryAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : queries) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::optional<std::string_view> FakeRequest::header(std::string_view name) const {
  std::optional<std::string> all;
  for (const auto& [key, value] : headers) {
    if (sameName(key, name)) all = all ? *all + ", " + value : value;
  }
  if (!all) return std::nullopt;
  return joined_.insert_or_assign(std::string(name), std::move(*all)).first->second;
}

sdk::Result<void> FakeRequest::ask(sdk::Verb verb, std::string_view project) const {
  return gate ? gate(verb, project) : sdk::Result<void>();
}

sdk::Result<void> FakeRequest::require(sdk::Context&, sdk::Verb verb, std::string_view project) {
  auto answer = ask(verb, project);
  decided_ = decided_ || answer.ok();
  return answer;
}

sdk::Result<bool> FakeRequest::may(sdk::Context&, sdk::Verb verb, std::string_view project) {
  return ask(verb, project).ok();
}

sdk::Result<std::vector<std::string>> FakeRequest::filter(sdk::Context&, sdk::Verb verb,
                                                          std::vector<std::string> projects) {
  decided_ = true;
  std::erase_if(projects, [&](const std::string& project) { return !ask(verb, project).ok(); });
  return projects;
}

sdk::Result<sdk::Form*> FakeRequest::form(sdk::Context&) {
  if (formError) return *formError;
  return &form_;
}

sdk::SpooledContent& FakeRequest::body() {
  if (!body_) body_ = content::makeContent({});
  return *body_;
}

}  // namespace larder::test
