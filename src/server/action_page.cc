#include "server/action_page.h"

#include <algorithm>
#include <charconv>

#include "server/query.h"

namespace yinuo::server {

using State = store::Action::State;

Answered<ActionPage> action_page(const Call& call, store::Reading& reading,
                                 std::string_view target) {
    Query in(call.request);
    const auto word = in.word("state", kActionStates);
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    std::int64_t after = 0;
    std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), after);
    ActionPage made;
    for (const auto state : {State::Waiting, State::Done, State::Dead}) {
        if (word && *word != kActionStates[static_cast<std::size_t>(state)]) continue;
        std::ranges::move(reading.actions(call.who.tenant, target, state, after, wish->limit + 1),
                          std::back_inserter(made.actions));
    }
    std::ranges::sort(made.actions, {}, &store::Action::id);
    const auto limit = static_cast<std::size_t>(wish->limit);
    if (made.actions.size() <= limit) return made;
    made.actions.resize(limit);
    made.next = std::to_string(made.actions.back().id);
    return made;
}

}  // namespace yinuo::server
