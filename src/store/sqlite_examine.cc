#include "store/sqlite_examine.h"

namespace yinuo::store {
namespace {

// Each query counts the rows that are wrong and names the least of them.
struct Check {
    const char* code;
    bool is_truth;  // a projection can be made again, the truth can't
    Text what;
    Sql query;
};

const std::vector<Check>& row_checks() {
    static const std::vector<Check> kChecks = {
        {"log-has-holes",
         true,
         {"日志缺少条目，其后第一个编号", "the log lacks entries before number"},
         "SELECT count(*), min(position) FROM entries AS e WHERE position > 1 AND NOT EXISTS "
         "(SELECT 1 FROM entries WHERE position = e.position - 1)"},
        {"entry-without-stream",
         false,
         {"日志条目所属的流不存在，条目", "the stream of a log entry is missing; entry"},
         "SELECT count(*), min(position) FROM entries WHERE stream <> 0 AND stream NOT IN "
         "(SELECT id FROM streams)"},
        {"stream-without-entry",
         false,
         {"流没有它的第一个日志条目，流", "a stream lacks its first log entry; stream"},
         "SELECT count(*), min(id) FROM streams AS s WHERE NOT EXISTS (SELECT 1 FROM entries "
         "WHERE position = s.id AND stream = s.id AND tenant = s.tenant)"},
        {"obligation-without-stream",
         false,
         {"履约单所属的流不存在，履约单", "the stream of an obligation is missing; obligation"},
         "SELECT count(*), min(id) FROM obligations AS o WHERE NOT EXISTS (SELECT 1 FROM streams "
         "WHERE id = o.stream AND tenant = o.tenant)"},
        {"obligation-without-entry",
         false,
         {"履约单指向日志中没有的条目，履约单",
          "an obligation names an entry that isn't in the log; obligation"},
         "SELECT count(*), min(id) FROM obligations WHERE version NOT IN (SELECT position FROM "
         "entries) OR position NOT IN (SELECT position FROM entries)"},
        {"counts-are-wrong",
         false,
         {"按状态的计数与履约单不符，租户", "the counts by state don't add up; tenant"},
         "SELECT count(*), min(tenant) FROM (SELECT tenant, state, sum(n) AS n FROM (SELECT "
         "tenant, state, count AS n FROM counts UNION ALL SELECT tenant, state, -count(*) FROM "
         "obligations GROUP BY tenant, state) GROUP BY tenant, state) WHERE n <> 0"},
        {"fact-without-stream",
         false,
         {"事实的编号指向不存在的流或来源，流",
          "the id of a fact names a stream or source that is missing; stream"},
         "SELECT count(*), min(stream) FROM facts WHERE stream NOT IN (SELECT id FROM streams) "
         "OR source NOT IN (SELECT id FROM sources)"},
        {"member-without-stream",
         false,
         {"键的成员指向不存在的流，键", "a member of a key or the key itself is missing; key"},
         "SELECT count(*), min(of) FROM (SELECT of, member FROM members UNION ALL SELECT of, "
         "member FROM measures) WHERE of NOT IN (SELECT id FROM streams) OR member NOT IN "
         "(SELECT id FROM streams)"},
        {"alert-without-obligation",
         false,
         {"提醒所说的履约单不存在，提醒", "the obligation of an alert is missing; alert"},
         "SELECT count(*), min(id) FROM alerts WHERE obligation NOT IN (SELECT id FROM "
         "obligations)"},
        {"stream-without-customer",
         true,
         {"流的客户不存在，流", "the customer of a stream is missing; stream"},
         "SELECT count(*), min(id) FROM streams WHERE customer <> 0 AND customer NOT IN "
         "(SELECT id FROM customers)"},
    };
    return kChecks;
}

Text mend(bool is_truth) {
    if (is_truth) return {"从备份恢复", "restore a backup"};
    return {"用 yinuo rebuild 从日志重建", "make it again from the log with yinuo rebuild"};
}

void check_pages(Connection& connection, Findings& findings) {
    auto rows = connection.use("PRAGMA integrity_check(100)");
    while (rows.step()) {
        const auto said = rows.text(0);
        if (said == "ok") return;
        findings.push_back(
            {.severity = Severity::Error,
             .error = {.code = "store-damaged",
                       .what = {"库文件已损坏：" + said, "the store's file is damaged: " + said},
                       .mend = mend(true)}});
    }
}

void check_rows(Connection& connection, const Check& check, Findings& findings) {
    auto row = connection.use(check.query);
    if (!row.step() || row.integer(0) == 0) return;
    const auto count = std::to_string(row.integer(0)), first = std::to_string(row.integer(1));
    findings.push_back({.severity = Severity::Error,
                        .error = {.code = check.code,
                                  .what = {check.what.zh + " " + first + "（共 " + count + " 处）",
                                           check.what.en + " " + first + " (" + count + " in all)"},
                                  .mend = mend(check.is_truth)}});
}

}  // namespace

Findings examine_sqlite(Connection& connection) {
    Findings findings;
    try {
        connection.run("BEGIN");
        check_pages(connection, findings);
        if (findings.empty())  // on broken pages the rest would only repeat it
            for (const auto& check : row_checks()) check_rows(connection, check, findings);
    } catch (const Trouble& trouble) {
        findings.push_back({.severity = Severity::Error, .error = trouble.error()});
    }
    connection.give_up();
    return findings;
}

}  // namespace yinuo::store
