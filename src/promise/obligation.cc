#include "promise/obligation.h"

#include <array>
#include <optional>

namespace yinuo::promise {
namespace {

struct StateWords {
    std::string_view name;
    const char* zh;
};
// In the order of State.
constexpr std::array<StateWords, kStates> kWords = {{{"pending", "待开始"},
                                                     {"running", "进行中"},
                                                     {"paused", "暂停计时"},
                                                     {"at risk", "即将超时"},
                                                     {"kept", "已兑现"},
                                                     {"broken", "已违约"},
                                                     {"waived", "已免责"},
                                                     {"void", "已作废"},
                                                     {"void by us", "企业取消"},
                                                     {"not measured", "未计量"}}};

}  // namespace

std::string_view name_of(State state) { return kWords[static_cast<std::size_t>(state)].name; }

Text describe(State state) {
    const auto& words = kWords[static_cast<std::size_t>(state)];
    return {.zh = words.zh, .en = std::string(words.name)};
}

std::optional<State> parse_state(std::string_view name) {
    for (std::size_t i = 0; i < kWords.size(); ++i)
        if (kWords[i].name == name || kWords[i].zh == name) return static_cast<State>(i);
    return std::nullopt;
}

}  // namespace yinuo::promise
