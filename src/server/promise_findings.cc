#include "server/promise_findings.h"

#include <algorithm>

#include "engine/tenants.h"
#include "server/notice_check.h"
#include "server/obligation_out.h"

namespace yinuo::server {

void describe(Members& in, TextWish& into) {
    in.need("text", into.text, {.least = 1, .most = kPromiseTextMost});
    const auto* calendars = in.take("calendars");
    if (calendars == nullptr) return;
    const bool texts =
        calendars->is_object() && std::ranges::all_of(calendars->members, [](const auto& member) {
            return member.value.is_string() && member.value.text.size() <= kPromiseTextMost;
        });
    if (!texts || calendars->members.size() > 50)
        return in.flaw("calendars", {.code = "wrong-type",
                                     .what = {"这里应是对象，最多 50 份日历文本",
                                              "this is an object of at most 50 texts"},
                                     .mend = {"例如 {\"office.yaml\":\"weekly: …\"}",
                                              "for example {\"office.yaml\":\"weekly: ...\"}"}});
    for (const auto& [name, value] : calendars->members) into.calendars.emplace(name, value.text);
}

void add_notice_findings(const Call& call, store::Reading& reading,
                         const engine::Publication& publication, Findings& findings) {
    const auto rules = engine::notice_rules(reading, call.who.tenant);
    if (rules.rules.empty()) return;
    Names names;
    const auto read = engine::read_publication(publication, names, call.things.zones);
    const auto templates = notice_templates(reading, call.who.tenant);
    for (const auto& promise : read.promises)
        std::ranges::move(notice_findings(rules, templates, promise), std::back_inserter(findings));
}

Findings promise_findings(const Call& call, store::Reading& reading,
                          const engine::Publication& publication) {
    const auto tenant = engine::tenant(reading, call.who.tenant);
    Names names;
    auto findings =
        engine::examine(publication, tenant ? tenant->personal_fields : std::vector<std::string>(),
                        names, call.things.zones);
    add_notice_findings(call, reading, publication, findings);
    return findings;
}

std::string_view severity_name(Severity severity) {
    constexpr std::string_view kSeverities[] = {"note", "warning", "error"};
    return kSeverities[static_cast<std::size_t>(severity)];
}

void write_error_members(JsonOut& out, const Error& error) {
    out.member("code", error.code);
    write_text(out.key("what"), error.what);
    if (!error.mend.en.empty()) write_text(out.key("mend"), error.mend);
    out.member_if("path", error.place.path);
    if (error.place.line != 0) out.member("line", error.place.line);
    if (error.place.column != 0) out.member("column", error.place.column);
}

void write_findings(JsonOut& out, const Findings& findings) {
    out.open('[');
    for (const auto& [severity, error] : findings) {
        write_error_members(out.open('{').member("severity", severity_name(severity)), error);
        out.close('}');
    }
    out.close(']');
}

}  // namespace yinuo::server
