// The board as pages: they need no script, and nothing in them is inline that a strict
// Content-Security-Policy forbids.
#include <fmt/format.h>

#include <algorithm>

#include "server/board.h"
#include "server/html.h"
#include "server/obligation_out.h"
#include "twin/statistics.h"

namespace yinuo::server {
namespace {

std::string grouped(std::int64_t number) {
    std::string out = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
        out.insert(static_cast<std::size_t>(at), ",");
    return out;
}

// "98.7 %"; never rounded up to all of it, or down to none.
std::string percent(double share, std::int64_t count, std::int64_t of) {
    auto tenths = static_cast<std::int64_t>(share * 1000 + 0.5);
    if (count < of) tenths = std::min<std::int64_t>(tenths, 999);
    if (count > 0) tenths = std::max<std::int64_t>(tenths, 1);
    return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

class Page {
public:
    Page(bool chinese, std::string path, std::string public_url)
        : chinese_(chinese), path_(std::move(path)), public_url_(std::move(public_url)) {}

    std::string_view in(std::string_view zh, std::string_view en) const {
        return chinese_ ? zh : en;
    }
    std::string in(const Text& text) const {
        const auto& own = text.in(chinese_);
        return escaped(own.empty() ? text.in(!chinese_) : own);
    }
    void say(std::string_view html) { out_ += html; }
    template <typename... All>
    void put(fmt::format_string<All...> words, All&&... all) {
        out_ += fmt::format(words, std::forward<All>(all)...);
    }
    // Within the board, in the same language.
    std::string to(std::string_view path) const {
        return std::string(path) + (chinese_ ? "" : "?lang=en");
    }

    // `title` and `about` aren't escaped yet.
    void head(const std::string& title, const std::string& about, bool demo) {
        const auto name = escaped(title), words = escaped(about);
        put("<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            "<title>{}</title><meta name=\"description\" content=\"{}\">"
            "<meta property=\"og:type\" content=\"website\"><meta property=\"og:title\" "
            "content=\"{}\"><meta property=\"og:description\" content=\"{}\">"
            "<meta property=\"og:locale\" content=\"{}\"><meta property=\"og:site_name\" "
            "content=\"{}\"><meta name=\"twitter:card\" content=\"summary\">",
            in("zh-CN", "en"), name, words, name, words, in("zh_CN", "en_GB"),
            in("一诺 · 承诺公示板", "Yinuo · promise board"));
        if (!public_url_.empty())
            put("<meta property=\"og:url\" content=\"{}\">", escaped(public_url_ + path_));
        put("<link rel=\"alternate\" hreflang=\"{}\" href=\"{}\">", in("en", "zh-CN"), other());
        say("<link rel=\"icon\" href=\"/favicon.svg\"><link rel=\"stylesheet\" "
            "href=\"/board/style.css\"></head><body>");
        put("<header><p class=\"site\"><a href=\"{}\">{}</a>{}</p><nav aria-label=\"{}\">"
            "<a href=\"{}\" lang=\"{}\" hreflang=\"{}\">{}</a></nav></header><main>",
            to("/board"), in("承诺公示板", "Promise board"),
            demo ? fmt::format(" <span class=\"tag\">{}</span>",
                               in("演示，不是真实业务", "a demo, no real business"))
                 : std::string(),
            in("语言", "Language"), other(), in("en", "zh-CN"), in("en", "zh-CN"),
            in("English", "中文"));
    }
    std::string foot() {
        put("</main><footer><p>{}</p></footer></body></html>",
            in("每一次兑现和违约都记在只增不改的存证日志里，谁都可以核对。",
               "Every promise kept or broken is in a log that is only added to; anybody can check "
               "it."));
        return std::move(out_);
    }

    // "2026-03-10 08:00（Asia/Shanghai，UTC+08:00）"
    std::string moment(Instant at, const Zone* zone) const {
        const auto& wall = zone == nullptr ? utc_ : *zone;
        auto text = wall.to_local(at).to_string().substr(0, 16);
        std::ranges::replace(text, 'T', ' ');
        const auto offset = wall.offset_seconds(at) / 60;
        const auto zone_text = fmt::format("UTC{}{:02}:{:02}", offset < 0 ? '-' : '+',
                                           std::abs(offset) / 60, std::abs(offset) % 60);
        return fmt::format("<time datetime=\"{}\">{}</time> <span class=\"zone\">{}</span>",
                           to_string(at), text, zone_text);
    }
    std::string day(Instant at, const Zone* zone) const {
        if (at >= Instant::max()) return std::string(in("至今", "still"));
        if (at <= Instant::min()) return std::string(in("发布时", "its publication"));
        return (zone == nullptr ? utc_ : *zone).to_local(at).date().to_string();
    }
    // A week as its first and last day.
    std::string week(const BoardWeek& week, const Zone* zone) const {
        return day(week.from, zone) + in("至", " to ").data() + day(week.until - Millis{1}, zone);
    }

private:
    std::string other() const { return path_ + (chinese_ ? "?lang=en" : "?lang=zh"); }

    const Zone utc_ = Zone::utc();
    const bool chinese_;
    const std::string path_, public_url_;
    std::string out_;
};

void rate(Page& page, const Board& board, const BoardPromise& promise) {
    const auto* row = board.figures ? board.figures->find(promise.id) : nullptr;
    if (row == nullptr) {
        page.put("<p class=\"rate none\">{}</p>",
                 page.in("正在统计，过一会儿再打开。", "Being counted: look again in a moment."));
        return;
    }
    const auto total = row->total();
    if (total.of == 0) {
        page.put("<p class=\"rate none\">{}</p>",
                 page.in("最近 90 天没有到期的。", "Nothing came due in the last 90 days."));
        return;
    }
    const auto share = twin::share(total.count, total.of);
    page.put("<p class=\"rate\"><b>{}</b> <span>{}</span></p><dl class=\"facts\">",
             percent(share.value, total.count, total.of),
             page.in("按时兑现，最近 90 天", "kept in time, last 90 days"));
    const auto term = [&](std::string_view name, const std::string& text) {
        page.put("<div><dt>{}</dt><dd>{}</dd></div>", name, text);
    };
    term(page.in("兑现 / 到期", "Kept / came due"),
         grouped(total.count) + " / " + grouped(total.of) +
             (row->is_cut ? std::string(page.in("（太多，只数了一部分）", " (too many: a part)"))
                          : ""));
    term(page.in("95 % 区间", "95 % interval"),
         fmt::format("{:.1f} – {:.1f} %", share.low * 100, share.high * 100));
    if (const auto* worst = row->worst())
        term(page.in("最差的一周", "Worst week"),
             fmt::format("{} <small>{} · {} / {}</small>",
                         percent(static_cast<double>(worst->counted.count) /
                                     static_cast<double>(worst->counted.of),
                                 worst->counted.count, worst->counted.of),
                         page.week(*worst, promise.zone), grouped(worst->counted.count),
                         grouped(worst->counted.of)));
    page.say("</dl>");
}

void words(Page& page, const BoardPromise& promise) {
    page.put("<h3>{}</h3><ul>", page.in("我们承诺", "We promise"));
    for (const auto& clause : promise.clauses) {
        page.say("<li>");
        if (!clause.title.zh.empty() || !clause.title.en.empty())
            page.put("<b>{}</b><br>", page.in(clause.title));
        page.put("{}</li>", page.in(clause.sentence));
    }
    page.say("</ul>");
    if (!promise.gives.empty()) {
        page.put("<h3>{}</h3><ul>", page.in("做不到时", "If we fail"));
        for (const auto& sentence : promise.gives) page.put("<li>{}</li>", page.in(sentence));
        page.say("</ul>");
    }
    if (!promise.limits.zh.empty() || !promise.limits.en.empty())
        page.put("<p class=\"limits\"><b>{}</b> {}</p>", page.in("不包括：", "Not promised:"),
                 page.in(promise.limits));
}

void versions(Page& page, const BoardPromise& promise) {
    page.put(
        "<h3>{}</h3><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">"
        "<table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
        "<th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>",
        page.in("版本", "Versions"), page.in("版本", "Versions"), page.in("版本", "Version"),
        page.in("发布", "Published"), page.in("对何时起算的生效", "Binds what began"),
        page.in("文本 SHA-256", "SHA-256 of the text"));
    for (const auto& one : promise.versions)
        page.put(
            "<tr><th scope=\"row\">{}</th><td class=\"day\">{}</td><td class=\"day\">{} – {}</td>"
            "<td><code>{}</code></td></tr>",
            one.number, page.day(one.published_at, promise.zone),
            page.day(one.effective_from, promise.zone), page.day(one.effective_until, promise.zone),
            escaped(one.text_hash));
    page.say("</tbody></table></div>");
}

// How the figures come about; they are the same as the managers'.
void method(Page& page) {
    page.put("<section id=\"method\"><h2>{}</h2><ul>", page.in("怎么统计的", "How it is measured"));
    page.put("<li>{}</li>",
             page.in("分母：最近 90 天里到期、已有结论（兑现或违约）的每一件。晚做完的算违约。",
                     "Denominator: everything that came due in the last 90 days and was judged, "
                     "kept or broken. What was done late is broken."));
    page.put("<li>{}</li>", page.in("分子：按时兑现的。恰好在截止那一刻完成，算按时。",
                                    "Numerator: kept in time. Done at exactly the due instant is "
                                    "in time."));
    page.put("<li>{}</li>",
             page.in("不计：还没到期的、客户取消的、企业取消的、按约定免责的、没法计量的，"
                     "以及合作方内部的分段时限。",
                     "Left out: what isn't due yet, was cancelled by the customer or by the "
                     "company, was excused as agreed, can't be measured; and partners' shares of "
                     "the time."));
    page.put(
        "<li>{}</li>",
        page.in("95 % 区间用 Wilson 法；最差的一周，是至少有 10 件的整周（从周一起）里最低的。",
                "The 95 % interval is Wilson's. The worst week is the lowest of the whole "
                "weeks (from Monday) with at least ten."));
    page.put("<li>{}</li>",
             page.in("只公示公开承诺（strength: public）。迟到的记录和更正会改变已有的结论和数字。",
                     "Only public promises are shown (strength: public). Records that come late "
                     "and corrections change verdicts and figures."));
    page.say("</ul></section>");
}

void proof(Page& page, const Board& board) {
    const auto* zone = board.promises.empty() ? nullptr : board.promises.front().zone;
    page.put("<section class=\"proof\"><h2>{}</h2><dl class=\"facts\">",
             page.in("数据和存证", "As of, and proof"));
    if (board.figures)
        page.put("<div><dt>{}</dt><dd>{}</dd></div>", page.in("数据截至", "As of"),
                 page.moment(board.figures->as_of, zone));
    if (!board.log_root.empty()) {
        page.put("<div><dt>{}</dt><dd>{}</dd></div>", page.in("存证日志条数", "Entries in the log"),
                 grouped(board.log_size));
        page.put("<div><dt>{}</dt><dd><code>{}</code></dd></div>",
                 page.in("日志的根哈希", "Root of the log"), board.log_root);
        page.put(
            "<div><dt>{}</dt><dd><a href=\"/log/{}/checkpoint\">/log/{}/checkpoint</a></dd>"
            "</div>",
            page.in("签名的检查点", "Signed checkpoint"), board.tenant.name, board.tenant.name);
    }
    page.put(
        "</dl><p class=\"links\"><a href=\"/public/{}/promises\">{}</a> <a "
        "href=\"/verify\">{}</a></p></section>",
        board.tenant.name, page.in("同样的数字，JSON", "The same as JSON"),
        page.in("核对我的凭证", "Check my own receipt"));
}

void incidents(Page& page, const Board& board) {
    if (board.incidents.empty()) return;
    const auto* zone = board.promises.empty() ? nullptr : board.promises.front().zone;
    page.put("<section><h2>{}</h2><ul class=\"incidents\">", page.in("公开的群障", "Incidents"));
    for (const auto& one : board.incidents)
        page.put("<li><b>{}</b> <span class=\"tag\">{}</span><br>{} – {}<br>{}</li>",
                 page.in(one.title), page.in(one.state), page.moment(one.from, zone),
                 page.moment(one.until, zone),
                 page.in(Text{"影响 " + grouped(one.numbers.members) + " 件，已补偿到账 " +
                                  grouped(one.numbers.made_good) + " 件",
                              grouped(one.numbers.members) + " were hit, " +
                                  grouped(one.numbers.made_good) + " of them are made good"}));
    page.say("</ul></section>");
}

void weeks(Page& page, const Board& board, const BoardPromise& promise) {
    const auto* row = board.figures ? board.figures->find(promise.id) : nullptr;
    if (row == nullptr || row->total().of == 0) return;
    const auto count = static_cast<double>(row->weeks.size());
    page.put(
        "<h2 id=\"weeks\">{}</h2><svg class=\"weeks\" viewBox=\"0 0 {} 104\" role=\"img\" "
        "aria-labelledby=\"weeks\" preserveAspectRatio=\"none\">",
        page.in("每周按时兑现的比例", "Kept in time, week by week"), static_cast<int>(count * 20));
    double x = 2;
    for (const auto& week : row->weeks) {
        if (week.counted.of > 0) {
            const double kept = 100.0 * static_cast<double>(week.counted.count) /
                                static_cast<double>(week.counted.of);
            page.put(
                "<rect class=\"missed\" x=\"{}\" y=\"2\" width=\"16\" height=\"100\"/>"
                "<rect class=\"kept\" x=\"{}\" y=\"{:.1f}\" width=\"16\" height=\"{:.1f}\"/>",
                x, x, 102 - kept, kept);
        }
        x += 20;
    }
    page.put(
        "</svg><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>"
        "<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}"
        "</th><th scope=\"col\">{}</th></tr></thead><tbody>",
        page.in("每周的数字", "Figures week by week"), page.in("周", "Week"),
        page.in("兑现", "Kept"), page.in("到期", "Came due"), page.in("比例", "Share"));
    for (const auto& week : row->weeks)
        page.put("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
                 page.week(week, promise.zone), grouped(week.counted.count),
                 grouped(week.counted.of),
                 week.counted.of == 0 ? std::string(page.in("没有", "none"))
                                      : percent(static_cast<double>(week.counted.count) /
                                                    static_cast<double>(week.counted.of),
                                                week.counted.count, week.counted.of));
    page.say("</tbody></table></div>");
}

std::string summary(const Page& page, const Board& board) {
    std::int64_t kept = 0, of = 0;
    if (board.figures)
        for (const auto& row : board.figures->rows) {
            kept += row.total().count;
            of += row.total().of;
        }
    const auto count = std::to_string(board.promises.size());
    std::string text =
        fmt::format(fmt::runtime(page.in("{} 项公开承诺", "{} public promises")), count);
    if (of > 0)
        text += fmt::format(
            fmt::runtime(page.in("，最近 90 天 {} 件到期，按时兑现 {} 件",
                                 "; of {} that came due in the last 90 days {} were kept in time")),
            grouped(of), grouped(kept));
    return text;
}

}  // namespace

std::string companies_page(const std::vector<engine::Tenant>& companies, bool chinese) {
    Page page(chinese, "/board", {});
    page.head(std::string(page.in("承诺公示板", "Promise board")),
              std::string(page.in("企业的公开承诺，和兑现得怎么样",
                                  "What companies promise in public, and how they keep it")),
              false);
    page.put("<h1>{}</h1>", page.in("公开承诺的企业", "Companies that promise in public"));
    if (companies.empty())
        page.put("<p>{}</p>",
                 page.in("还没有企业公示承诺。企业在设置里打开“公示板”，就会出现在这里。",
                         "No company shows its promises yet. One that turns on its "
                         "board in the settings appears here."));
    page.say("<ul class=\"companies\">");
    for (const auto& one : companies)
        page.put("<li><a href=\"{}\">{}</a></li>", page.to("/board/" + one.name),
                 escaped(one.title));
    page.say("</ul>");
    return page.foot();
}

std::string board_page(const Board& board, bool chinese) {
    Page page(chinese, "/board/" + board.tenant.name, board.public_url);
    page.head(board.tenant.title + std::string(page.in("的承诺", ": our promises")),
              summary(page, board), board.tenant.demo);
    page.put("<h1>{}</h1><p class=\"lead\">{}</p>", escaped(board.tenant.title),
             summary(page, board));
    if (board.promises.empty())
        page.put("<p>{}</p>",
                 page.in("还没有公开承诺。", "Nothing has been promised in public yet."));
    for (const auto& promise : board.promises) {
        page.put("<article><h2><a href=\"{}\">{}</a>{}</h2>",
                 page.to("/board/" + board.tenant.name + "/" + promise.id), page.in(promise.title),
                 promise.in_force ? std::string()
                                  : fmt::format(" <span class=\"tag\">{}</span>",
                                                page.in("已停用", "no longer in force")));
        rate(page, board, promise);
        words(page, promise);
        versions(page, promise);
        page.say("</article>");
    }
    incidents(page, board);
    method(page);
    proof(page, board);
    return page.foot();
}

std::string promise_page(const Board& board, const BoardPromise& promise, bool chinese) {
    Page page(chinese, "/board/" + board.tenant.name + "/" + promise.id, board.public_url);
    const auto& title = promise.title.in(chinese);
    page.head(title + " · " + board.tenant.title,
              promise.clauses.empty() ? title : promise.clauses.front().sentence.in(chinese),
              board.tenant.demo);
    page.put("<p class=\"up\"><a href=\"{}\">{}</a></p><article><h1>{}</h1>",
             page.to("/board/" + board.tenant.name), escaped(board.tenant.title),
             page.in(promise.title));
    rate(page, board, promise);
    words(page, promise);
    weeks(page, board, promise);
    versions(page, promise);
    page.say("</article>");
    method(page);
    proof(page, board);
    return page.foot();
}

std::string board_json(const Board& board) {
    JsonOut out;
    out.open('{').member("company", board.tenant.name).member("title", board.tenant.title);
    out.member("demo", board.tenant.demo);
    if (board.figures) out.member("as_of", board.figures->as_of);
    out.key("log").open('{').member("size", board.log_size).member_if("root", board.log_root);
    out.member("checkpoint", "/log/" + board.tenant.name + "/checkpoint").close('}');
    out.key("items").open('[');
    const auto counted = [&](const quality::Counted& one) {
        const auto share = twin::share(one.count, one.of);
        out.member("kept", one.count).member("of", one.of);
        if (one.of > 0) {
            out.key("share").raw(fmt::format("{:.6f}", share.value));
            out.key("low").raw(fmt::format("{:.6f}", share.low));
            out.key("high").raw(fmt::format("{:.6f}", share.high));
        }
    };
    for (const auto& promise : board.promises) {
        out.open('{').member("promise", promise.id).member("in_force", promise.in_force);
        write_text(out.key("title"), promise.title);
        out.key("sentences").open('[');
        for (const auto& one : promise.clauses) write_text(out, one.sentence);
        out.close(']').key("if_missed").open('[');
        for (const auto& one : promise.gives) write_text(out, one);
        out.close(']').member("zone", promise.zone == nullptr ? "UTC" : promise.zone->name());
        out.key("versions").open('[');
        for (const auto& one : promise.versions) {
            out.open('{').member("version", one.number).member_if("published_at", one.published_at);
            if (one.effective_from > Instant::min())
                out.member("effective_from", one.effective_from);
            out.member_if("effective_until", one.effective_until);
            out.member("text_sha256", one.text_hash).close('}');
        }
        out.close(']');
        const auto* row = board.figures ? board.figures->find(promise.id) : nullptr;
        if (row != nullptr) {
            out.key("last_90_days").open('{');
            counted(row->total());
            out.member("cut", row->is_cut).key("weeks").open('[');
            for (const auto& week : row->weeks) {
                out.open('{').member("from", week.from).member("until", week.until);
                counted(week.counted);
                out.close('}');
            }
            out.close(']');
            if (const auto* worst = row->worst()) {
                out.key("worst_week").open('{').member("from", worst->from);
                out.member("until", worst->until);
                counted(worst->counted);
                out.close('}');
            }
            out.close('}');
        }
        out.close('}');
    }
    return out.close(']').close('}').take();
}

}  // namespace yinuo::server
