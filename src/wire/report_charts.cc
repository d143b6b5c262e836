#include "wire/report_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "wire/report_words.h"

namespace yinuo::wire {
namespace {

using promise::State;

constexpr double kWide = 1030, kNarrow = 500;
constexpr double kLeft = 64, kRight = 20, kTop = 30, kBottom = 44;

struct StateLook {
    State state;
    const char* css;
    const char* icon;
};
constexpr std::array<StateLook, promise::kStates> kLooks = {{{State::Kept, "kept", "✓"},
                                                             {State::Broken, "broken", "✗"},
                                                             {State::AtRisk, "risk", "!"},
                                                             {State::Running, "open", "▸"},
                                                             {State::Paused, "open", "‖"},
                                                             {State::Pending, "open", "…"},
                                                             {State::Waived, "waived", "○"},
                                                             {State::Void, "void", "–"},
                                                             {State::VoidByUs, "voidus", "⊘"},
                                                             {State::NotMeasured, "none", "?"}}};

// Values to places on one axis.
struct Axis {
    double from, to, begin, end;
    double at(double value) const { return begin + (value - from) / (to - from) * (end - begin); }
};

std::string label(double x, double y, const char* css, const char* anchor, std::string_view text) {
    return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
                       css, x, y, anchor, html_escaped(text));
}
std::string label(double x, double y, const char* css, const char* anchor, const Text& text) {
    const auto one = [&](const char* lang, const std::string& words) {
        return fmt::format(
            "<text lang=\"{}\" class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
            lang, css, x, y, anchor, html_escaped(words));
    };
    return one("zh", text.zh) + one("en", text.en);
}
std::string line(double x1, double y1, double x2, double y2, const char* css) {
    return fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", css, x1, y1,
        x2, y2);
}
std::string open(double width, double height, const Text& name) {
    return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{} / {}\">",
                       width, height, html_escaped(name.zh), html_escaped(name.en));
}

// A round step that gives about `wanted` of them over `range`.
std::int64_t step_of(std::int64_t range, int wanted, const twin::Dial* dial) {
    static constexpr std::array<std::int64_t, 26> kTimes = {
        1000,          2000,          5000,        10'000,        15'000,        30'000,
        60'000,        120'000,       300'000,     600'000,       900'000,       1'800'000,
        3'600'000,     7'200'000,     14'400'000,  21'600'000,    43'200'000,    86'400'000,
        172'800'000,   432'000'000,   864'000'000, 1'728'000'000, 2'592'000'000, 5'184'000'000,
        8'640'000'000, 17'280'000'000};
    const std::int64_t least = std::max<std::int64_t>(1, range / wanted);
    const bool counted = dial != nullptr && dial->what == twin::Dial::What::Limit &&
                         dial->pattern.unit != promise::Unit::Clock &&
                         dial->pattern.unit != promise::Unit::Work;
    if (!counted)
        for (const auto step : kTimes)
            if (step >= least) return step;
    for (std::int64_t power = 1;; power *= 10)
        for (const std::int64_t digit : {1, 2, 5})
            if (digit * power >= least) return digit * power;
}

std::string tick_text(const twin::Dial* dial, std::int64_t value) {
    return dial != nullptr ? short_amount(*dial, value) : short_length(value);
}

std::string x_ticks(const Axis& x, double bottom, const twin::Dial* dial, int wanted) {
    std::string out;
    const auto from = static_cast<std::int64_t>(x.from), to = static_cast<std::int64_t>(x.to);
    const std::int64_t step = step_of(to - from, wanted, dial);
    std::int64_t value = from / step * step;
    if (value < from) value += step;
    for (; value <= to; value += step) {
        const double at = x.at(static_cast<double>(value));
        out += line(at, bottom, at, bottom + 5, "axis") +
               label(at, bottom + 19, "tick", "middle", tick_text(dial, value));
    }
    return out;
}

double nice_ceiling(double value) {
    for (double power = 1;; power *= 10)
        for (const double digit : {1.0, 2.0, 2.5, 5.0, 10.0})
            if (digit * power >= value) return digit * power;
}

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
        }
    }
    return out;
}

std::string both(std::string_view zh, std::string_view en) {
    if (zh == en) return html_escaped(zh);
    return fmt::format("<span lang=\"zh\">{}</span><span lang=\"en\">{}</span>", html_escaped(zh),
                       html_escaped(en));
}
std::string both(const Text& text) { return both(text.zh, text.en); }

std::string state_bar(const twin::Counts& counts) {
    const auto total = static_cast<double>(counts.total());
    if (total == 0) return {};
    std::string bar, legend;
    for (const auto& look : kLooks) {
        const auto count = counts.of(look.state);
        if (count == 0) continue;
        const Text name = promise::describe(look.state);
        bar += fmt::format("<i class=\"{}\" style=\"width:{:.3f}%\"></i>", look.css,
                           static_cast<double>(count) / total * 100);
        legend += fmt::format("<li><i class=\"{}\">{}</i>{} <b>{}</b> <small>{}</small></li>",
                              look.css, look.icon, both(name), grouped(count),
                              percent(static_cast<double>(count) / total, 1));
    }
    return "<div class=\"bar\">" + bar + "</div><ul class=\"legend\">" + legend + "</ul>";
}

std::string curve_chart(const twin::Curve& curve, const Text& unit) {
    if (curve.line.size() < 2) return {};
    constexpr double kWidth = kWide, kHeight = 340;
    double least = 1;
    for (const auto& point : curve.line)
        if (point.rate.of > 0) least = std::min(least, point.rate.low);
    const double floor = least > 0.8 ? 0.8 : least > 0.5 ? 0.5 : 0;
    const Axis x{static_cast<double>(curve.line.front().limit),
                 static_cast<double>(curve.line.back().limit), kLeft, kWidth - kRight};
    const Axis y{floor, 1, kHeight - kBottom, kTop};
    const auto limit_at = [&](const twin::CurvePoint& point) {
        return x.at(static_cast<double>(point.limit));
    };

    std::string out = open(kWidth, kHeight, {"兑现率与时限", "kept rate against limit"});
    for (int i = 0; i <= 5; ++i) {
        const double share = floor + (1 - floor) * i / 5;
        out +=
            line(kLeft, y.at(share), kWidth - kRight, y.at(share), "grid") +
            label(kLeft - 8, y.at(share) + 4, "tick", "end", fmt::format("{:.0f} %", share * 100));
    }
    out += x_ticks(x, kHeight - kBottom, &curve.dial, 10);
    out += label(kWidth - kRight, kHeight - 6, "name", "end", unit);

    std::string band, back, path;
    for (const auto& point : curve.line) {
        if (point.rate.of == 0) continue;
        band += fmt::format("{:.1f},{:.1f} ", limit_at(point), y.at(point.rate.high));
        back.insert(0, fmt::format("{:.1f},{:.1f} ", limit_at(point), y.at(point.rate.low)));
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", limit_at(point),
                            y.at(point.rate.value));
    }
    out += "<polygon class=\"band\" points=\"" + band + back + "\"/><path class=\"curve\" d=\"" +
           path + "\"/>";
    for (const auto& reach : curve.reaches) {
        if (!reach.limit) continue;
        const auto at = static_cast<double>(*reach.limit);
        if (at < x.from || at > x.to) continue;
        const double height = y.at(reach.percent / 100.0);
        out += line(kLeft, height, x.at(at), height, "reach") +
               line(x.at(at), height, x.at(at), kHeight - kBottom, "reach");
        out += fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>",
                           x.at(at), height);
    }
    if (curve.dial.present) {
        const double at = x.at(static_cast<double>(*curve.dial.present));
        const bool right = at > kWidth - 200;
        out += line(at, kTop - 8, at, kHeight - kBottom, "now");
        const Text words = amount(curve.dial, *curve.dial.present);
        out += label(at + (right ? -6 : 6), kTop - 12, "nowname", right ? "end" : "start",
                     {"现在：" + words.zh, "now: " + words.en});
    }
    return out + line(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom, "axis") +
           "</svg>";
}

std::string distribution_chart(const twin::Distribution& d, const twin::Dial* dial, Tone tone,
                               const Text& axis) {
    if (d.bars.empty()) return {};
    constexpr double kWidth = kNarrow, kHeight = 220;
    std::int64_t most = 1;
    for (const auto& bar : d.bars) most = std::max(most, bar.count);
    const double ceiling = nice_ceiling(static_cast<double>(most));
    const Axis x{static_cast<double>(d.bars.front().from), static_cast<double>(d.bars.back().to),
                 kLeft, kWidth - kRight};
    const Axis y{0, ceiling, kHeight - kBottom, kTop};
    std::string out =
        open(kWidth, kHeight,
             tone == Tone::Used ? Text{"用时分布", "time used"} : Text{"迟延分布", "lateness"});
    for (int i = 0; i <= 2; ++i) {
        const double value = ceiling * i / 2;
        out += line(kLeft, y.at(value), kWidth - kRight, y.at(value), "grid") +
               label(kLeft - 8, y.at(value) + 4, "tick", "end",
                     grouped(static_cast<std::int64_t>(value)));
    }
    const char* css = tone == Tone::Used ? "used" : "latebar";
    for (const auto& bar : d.bars) {
        if (bar.count == 0) continue;
        const double left = x.at(static_cast<double>(bar.from)),
                     right = x.at(static_cast<double>(bar.to));
        const double top = y.at(static_cast<double>(bar.count));
        out += fmt::format(
            "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
            css, left + 0.5, top, std::max(0.5, right - left - 1), kHeight - kBottom - top);
    }
    int shift = 0;
    for (const auto& [name, value] : {std::pair{"50 %", d.p50}, {"90 %", d.p90}}) {
        const double at =
            x.at(static_cast<double>(std::clamp(value, d.bars.front().from, d.bars.back().to)));
        out += line(at, kTop - 6, at, kHeight - kBottom, "mark");
        out +=
            label(at + 4, kTop - 10 + 12 * shift, "markname", at > kWidth - 110 ? "end" : "start",
                  std::string(name) + "  " + tick_text(dial, value));
        shift = 1;
    }
    out += x_ticks(x, kHeight - kBottom, dial, 6);
    return out + label(kWidth - kRight, kHeight - 6, "name", "end", axis) +
           line(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom, "axis") + "</svg>";
}

std::string payout_chart(const twin::Curve& curve, const std::string& currency) {
    std::vector<std::pair<std::int64_t, double>> points;
    double most = 1;
    for (const auto& point : curve.points) {
        if (!point.payout) continue;
        const auto found = point.payout->find(currency);
        points.emplace_back(point.limit,
                            found == point.payout->end() ? 0 : static_cast<double>(found->second));
        most = std::max(most, points.back().second);
    }
    if (points.size() < 2 || points.front().first == points.back().first) return {};
    constexpr double kWidth = kWide, kHeight = 220;
    const double ceiling = nice_ceiling(most);
    const Axis x{static_cast<double>(points.front().first),
                 static_cast<double>(points.back().first), kLeft + 40, kWidth - kRight};
    const Axis y{0, ceiling, kHeight - kBottom, kTop};
    std::string out = open(kWidth, kHeight, {"赔付与时限", "payout against limit"});
    for (int i = 0; i <= 2; ++i) {
        const double value = ceiling * i / 2;
        out += line(x.begin, y.at(value), x.end, y.at(value), "grid") +
               label(x.begin - 8, y.at(value) + 4, "tick", "end",
                     money(static_cast<std::int64_t>(value), currency));
    }
    std::string path, dots;
    for (const auto& [limit, minor] : points) {
        const double at = x.at(static_cast<double>(limit));
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", at, y.at(minor));
        dots += fmt::format("<circle class=\"paydot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>", at,
                            y.at(minor));
    }
    out += "<path class=\"pay\" d=\"" + path + "\"/>" + dots +
           x_ticks(x, kHeight - kBottom, &curve.dial, 10);
    if (curve.dial.present)
        out += line(x.at(static_cast<double>(*curve.dial.present)), kTop - 8,
                    x.at(static_cast<double>(*curve.dial.present)), kHeight - kBottom, "now");
    return out + line(x.begin, kHeight - kBottom, x.end, kHeight - kBottom, "axis") + "</svg>";
}

std::string share_mark(const twin::Share& share) {
    if (share.of == 0) return "–";
    return fmt::format(
        "<svg class=\"share\" viewBox=\"0 0 120 12\"><rect class=\"track\" x=\"0\" y=\"4\" "
        "width=\"120\" height=\"4\" rx=\"2\"/>"
        "<rect class=\"fill\" x=\"0\" y=\"4\" width=\"{:.1f}\" height=\"4\" rx=\"2\"/>"
        "<rect class=\"whisker\" x=\"{:.1f}\" y=\"1\" width=\"{:.1f}\" height=\"10\" "
        "rx=\"1\"/></svg>",
        share.value * 120, share.low * 120, std::max(1.0, (share.high - share.low) * 120));
}

}  // namespace yinuo::wire
