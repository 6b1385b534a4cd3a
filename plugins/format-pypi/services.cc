#include "services.h"

#include "project_name.h"

namespace larder::pypi {

std::string projectOf(const sdk::Request& request) {
  return normalizeName(request.param("project"));
}

std::size_t costOf(const sdk::PreparedBody& body) noexcept {
  return body.identity.size() + body.gzip.size() + sizeof(body);
}

sdk::Error noSuchProject(std::string_view project) {
  return {sdk::Errc::NotFound, "There is no project named " + std::string(project) + " here"};
}

sdk::Error noSuchFile(std::string_view project, std::string_view filename) {
  return {sdk::Errc::NotFound,
          "Could not find " + std::string(filename) + " in project " + std::string(project)};
}

}  // namespace larder::pypi
