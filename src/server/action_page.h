// Pages of what is to be done at one target (store::Action): a webhook's deliveries, a connector's
// orders. By id, whatever their state, or of the one that `?state=` names.
#pragma once

#include <string_view>
#include <vector>

#include "server/api.h"
#include "store/store.h"

namespace yinuo::server {

// What the API calls store::Action::State, in its order.
inline constexpr std::string_view kActionStates[] = {"waiting", "done", "dead"};

struct ActionPage {
    std::vector<store::Action> actions;
    std::string next;  // for page(); empty: these were the last
};
Answered<ActionPage> action_page(const Call&, store::Reading&, std::string_view target);

}  // namespace yinuo::server
