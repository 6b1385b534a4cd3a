#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "larder/sdk/format.h"

namespace larder::pypi {

/// 200 with a JSON document. The Content-Type is bare "application/json": uv looks for just that.
sdk::Response jsonAnswer(const nlohmann::ordered_json& json);

/// A refusal in the form that the client asked for: JSON {error, message, code}, a page, or a line
/// of text. Uploads also get `message` as reason phrase, the only thing twine shows.
sdk::Response refusal(const sdk::Request& request, int status, std::string_view message);

/// `handler` with those of its errors that are the client's doing turned into refusals: Invalid is
/// 400, NotFound 404, Conflict 409, with their texts. Others are the host's to answer.
sdk::Route::Handler answeringErrors(sdk::Route::Handler handler);

/// Caching of what may change at any time: kept by clients, asked for again each time.
void addRevalidation(sdk::Response& response, const sdk::Request& request);

/// Lets web pages of other sites read what everybody may read anyway (PEP 691 asks for nothing;
/// in-browser installers need it).
void addCrossOrigin(sdk::Response& response, bool privateReads);

/// "https://host/prefix/team/": the repository's mount as an absolute address.
std::string absoluteMount(const sdk::Request& request);

}  // namespace larder::pypi
