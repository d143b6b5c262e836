// Obligations and streams as the API shows them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/shelf.h"
#include "server/json_out.h"
#include "server/session.h"
#include "store/store.h"

namespace yinuo::server {

// {"zh":"…","en":"…"}
void write_text(JsonOut&, const Text&);

// What a stream is about, for people: a subject's name as it is, of the streams that the engine
// keeps for keys and rates ("~key/17/0/CUSTOMER") the key or group.
std::string_view shown_name(std::string_view stream_name);
// The engine keeps streams of its own; they are no subjects.
bool is_subject(std::string_view stream_name);

// "at_risk", or "at risk" as answers have it.
std::optional<promise::State> state_of(std::string_view text);

// `more` writes further members.
void write_obligation(JsonOut&, const store::ObligationRow&, std::string_view stream_name,
                      const engine::Shelf&, const std::function<void(JsonOut&)>& more = {});
// The items of a list, comma between, each with the name of its stream; `more` writes further
// members of each.
using MoreOfRow = std::function<void(JsonOut&, const store::ObligationRow&, const store::Stream&)>;
std::string obligations_json(store::Reading&, const std::vector<store::ObligationRow>&,
                             const engine::Shelf&, const MoreOfRow& more = {});

// The obligation of that text ("obl_…") as far as `who` may see it, with its stream; nullopt
// otherwise, whatever the reason.
struct SeenObligation {
    store::ObligationRow row;
    store::Stream stream;
};
std::optional<SeenObligation> find_obligation(store::Reading&, const Session& who,
                                              std::string_view id);

}  // namespace yinuo::server
