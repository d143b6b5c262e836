#include "cli/scene_stage.h"

#include <algorithm>

namespace yinuo::cli {

using promise::Obligation;

bool Cast::has_errors() const {
    return std::ranges::any_of(
        findings, [](const Finding& finding) { return finding.severity == Severity::Error; });
}

std::string when_text(Instant at, const promise::Promise& promise) {
    if (at == Instant::max() || at == Instant::min()) return "-";
    std::string text = promise.zone->to_local(at).to_string();
    text[text.find('T')] = ' ';
    return text;
}

Text obligation_text(const Obligation& o, const promise::Promise& promise, Instant now) {
    Text text = describe(o.state);
    const auto add = [&](const char* zh, const char* en, const std::string& value) {
        text.zh += std::string("；") + zh + " " + value;
        text.en += std::string("; ") + en + " " + value;
    };
    if (o.started_at != Instant::max()) add("开始", "started", when_text(o.started_at, promise));
    if (o.due_at != Instant::max()) add("截止", "due", when_text(o.due_at, promise));
    if (o.broken_at != Instant::max()) {
        add("违约", "broken at", when_text(o.broken_at, promise));
        add("逾期", "late", to_string(o.late(now)));
    }
    if (o.settled_at != Instant::max()) add("结束", "settled at", when_text(o.settled_at, promise));
    if (o.counted > 0)
        add("计数", "counted", std::to_string(o.good) + " of " + std::to_string(o.counted));
    if (o.claim != promise::Claim::None) {
        static constexpr const char* kZh[] = {"", "已申诉", "属实", "不属实"};
        static constexpr const char* kEn[] = {"", "claimed", "confirmed", "rejected"};
        add(kZh[static_cast<int>(o.claim)], kEn[static_cast<int>(o.claim)], "");
    }
    if (o.excuse == promise::Excuse::Withheld) add("暂缓赔付", "withheld", "");
    if (o.excuse == promise::Excuse::Released) add("恢复赔付", "released", "");
    if (o.earlier_kept) add("此前已兑现", "earlier kept", "");
    if (o.extensions > 0) add("改约", "extended", std::to_string(o.extensions));
    if (o.occurrence > 1) add("第几次", "occurrence", std::to_string(o.occurrence));
    return text;
}

}  // namespace yinuo::cli
