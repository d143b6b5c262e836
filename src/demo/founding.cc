// The demo's two companies: who they are and what they promise.
#include <fstream>
#include <iterator>

#include "base/check.h"
#include "demo/boston.h"
#include "demo/demo.h"
#include "engine/publishing.h"
#include "engine/tenants.h"

namespace yinuo::demo {
namespace {

const engine::Actor kSystem{.tenant = 0, .id = "system", .name = "system"};

Result<std::string> text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file || text.empty())
        return refuse(
            {.code = "no-file",
             .what = {"读不到演示要用的示例", "an example that the demo needs isn't there"},
             .mend = {"用 --demo-examples 指出 examples 文件夹",
                      "say where the examples are with --demo-examples"},
             .place = {path, 0, 0}});
    return text;
}

}  // namespace

const std::array<CompanyPlan, 2>& companies() {
    static const std::array<CompanyPlan, 2> kCompanies{
        CompanyPlan{
            .name = "boston",
            .title = "City of Boston 311 (demo)",
            .source = "311",
            .promises = {"boston311/promises/by-target.yaml", "boston311/promises/by-type.yaml"},
            .personal_fields = {}},
        CompanyPlan{.name = "telecom",
                    .title = "示例电信（演示）",
                    .source = "crm",
                    .promises = {"telecom-zh/promises/broadband-24h.yaml",
                                 "telecom-zh/promises/same-day-install.yaml"},
                    .personal_fields = {"name", "phone", "address"}}};
    return kCompanies;
}

Result<store::TenantId> Demo::found(engine::Turns& turns, const CompanyPlan& plan,
                                    std::string_view origin) {
    const auto made = TRY(engine::make_tenant(turns, kSystem, plan.name, plan.title, true, origin));
    engine::Actor us = kSystem;
    us.tenant = made.id;
    const auto settings = engine::change_tenant(
        turns, us,
        {.title = made.title, .personal_fields = plan.personal_fields, .roster = made.roster}, 1);
    if (!settings) return refuse(settings.error());
    if (!turns.rows().document(0, kCollection, kSelf))
        check(turns.rows().put_document(
            {.tenant = 0,
             .collection = std::string(kCollection),
             .id = std::string(kSelf),
             .version = 1,
             .key = {},
             .body = R"({"begin":)" + std::to_string(begin_.millis) + "}"}));
    return made.id;
}

Result<void> Demo::publish(engine::Turns& turns, const CompanyPlan& plan,
                           const engine::Actor& author, const engine::Actor& approver) {
    for (const auto file : plan.promises) {
        auto text = TRY(text_of(options_.examples + "/" + std::string(file)));
        // The city's holidays move with its requests.
        if (plan.name == "boston") text = with_dates_moved(text, boston_->weeks());
        const auto drafted =
            TRY(engine::draft(turns, author, {.text = std::move(text), .calendars = {}}, 0));
        const auto id = drafted.version.id();
        const auto checked = TRY(engine::check_draft(turns, author, id, drafted.etag));
        const auto approved = TRY(engine::approve(turns, approver, id, checked.etag));
        const auto published = engine::publish(turns, author, id, approved.etag);
        if (!published) return refuse(published.error());
    }
    return {};
}

}  // namespace yinuo::demo
