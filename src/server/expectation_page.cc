// An expectation list as a page for print.
#include <algorithm>

#include "base/arena.h"
#include "server/expectations.h"
#include "time/civil.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kStyle =
    "@page{size:A4;margin:18mm}body{font:11pt/1.55 'Noto Sans CJK SC','PingFang SC',sans-serif;"
    "color:#111;max-width:174mm;margin:0 auto}h1{font-size:18pt}h2{font-size:13pt;margin:1.4em 0 "
    ".3em}"
    "section{break-inside:avoid;border-top:1px solid #999}dt{font-weight:600}dd{margin:0 0 .4em "
    "1em}"
    ".hash{font:9pt monospace;word-break:break-all}.not{font-weight:600}";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            case '\n': out += "<br>"; break;
            default: out += c;
        }
    return out;
}

class Page {
public:
    Page(const Printed& list, bool chinese) : list_(list), chinese_(chinese) {}

    std::string write(const wire::Json& json) {
        const auto title = word("期望清单", "Expectation list");
        out_ = "<!doctype html><html lang=\"" + word("zh", "en") +
               "\"><head><meta charset=\"utf-8\"><title>" + title + "</title><style>" +
               std::string(kStyle) + "</style></head><body><h1>" + title + "</h1><p>" +
               plain(json, "company");
        const auto about = plain(json, "about");
        out_ += (about.empty() ? "" : " · " + about) + " · " + plain(json, "made_at") + "</p>";
        if (const auto* items = json.find("items"))
            for (const auto& item : items->items) write_item(item);
        write_end();
        return std::move(out_);
    }

private:
    std::string word(std::string_view zh, std::string_view en) const {
        return std::string(chinese_ ? zh : en);
    }
    static std::string plain(const wire::Json& json, std::string_view name) {
        const auto* found = json.find(name);
        return found == nullptr ? std::string() : escaped(found->text);
    }
    std::string text_of(const wire::Json& text) const {
        return plain(text, chinese_ ? "zh" : "en");
    }
    std::string text_of(const wire::Json& json, std::string_view name) const {
        const auto* found = json.find(name);
        return found == nullptr ? std::string() : text_of(*found);
    }
    void row(std::string_view zh, std::string_view en, const std::string& text) {
        if (!text.empty()) out_ += "<dt>" + word(zh, en) + "</dt><dd>" + text + "</dd>";
    }
    void rows(std::string_view zh, std::string_view en, const wire::Json& item,
              std::string_view name) {
        const auto* list = item.find(name);
        if (list == nullptr) return;
        for (const auto& text : list->items) row(zh, en, text_of(text));
    }

    void write_item(const wire::Json& item) {
        out_ += "<section><h2>" + text_of(item, "title") + "</h2><dl>";
        row("我们承诺", "We promise", text_of(item, "sentence"));
        auto due = plain(item, "due_local");
        std::ranges::replace(due, 'T', ' ');
        const auto* provisional = item.find("provisional");
        if (provisional != nullptr && !due.empty())
            due += word("（节假日公布后可能调整）", " (may move once holidays are announced)");
        row("最迟", "At the latest", due);
        row("不包括", "Not promised", text_of(item, "limits"));
        rows("需要您配合", "Your part", item, "duties");
        rows("做不到时", "If we fail", item, "gives");
        if (const auto* past = item.find("past"))
            row("以往同类", "Cases like yours", text_of(*past, "text"));
        for (const auto& [name, agreed] : list_.agreed)
            if (name == plain(item, "item"))
                row("您的意见", "Your answer",
                    agreed ? word("同意", "agreed")
                           : "<span class=\"not\">" + word("不同意", "not agreed") + "</span>");
        row("依据", "From", plain(item, "promise"));
        out_ += "</dl></section>";
    }

    void write_end() {
        out_ += "<section><p>";
        if (list_.signed_at < Instant::max())
            out_ += word("客户已签署：", "Signed by the customer: ") + to_string(list_.signed_at);
        else
            out_ += word("尚未签署", "Not signed");
        out_ += "</p><p class=\"hash\">SHA-256 " + escaped(list_.sha256) +
                "</p></section></body></html>";
    }

    const Printed& list_;
    const bool chinese_;
    std::string out_;
};

}  // namespace

std::string page_of_list(const Printed& list, bool chinese) {
    Arena memory;
    const auto json = wire::parse_json(list.text, memory);
    return Page(list, chinese).write(json ? *json : wire::Json{});
}

}  // namespace yinuo::server
