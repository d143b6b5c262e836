// `yinuo api`: whatever a server can do, from the command line, by the names of its description.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/nearest.h"
#include "cli/api_catalog.h"
#include "cli/api_client.h"
#include "cli/input_file.h"
#include "cli/options.h"
#include "server/openapi.h"

namespace yinuo::cli {
namespace {

constexpr std::size_t kBodyMost = 64u << 20;

std::string environment(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::string() : std::string(text);
}

void list_areas(const std::vector<ApiOperation>& all) {
    std::vector<std::string_view> areas;
    for (const auto& one : all)
        if (std::find(areas.begin(), areas.end(), one.area) == areas.end())
            areas.push_back(one.area);
    for (const auto area : areas) {
        fmt::print("{}\n", area);
        for (const auto& one : all)
            if (one.area == area) fmt::print("  {:<28} {}\n", one.id, one.summary);
    }
}

void explain(const ApiOperation& operation, const Console& console) {
    fmt::print("{}\n{} {}\n", operation.summary, operation.method, operation.path);
    if (!operation.description.empty()) fmt::print("{}\n", operation.description);
    for (const auto& one : operation.parameters)
        fmt::print("  {}{}{}\n", one.name,
                   one.required ? console.say({"（必需）", " (required)"}) : "",
                   one.description.empty() ? std::string() : fmt::format("  {}", one.description));
    for (const auto media : operation.media)
        fmt::print("  --body {} ({})\n", console.say({"文件", "FILE"}), media);
    if (!operation.example.empty()) fmt::print("{}\n", operation.example);
}

Result<const ApiOperation*> find(const std::vector<ApiOperation>& all, const std::string& name) {
    std::vector<std::string_view> names;
    for (const auto& one : all) {
        if (one.id == name) return &one;
        names.push_back(one.id);
    }
    Error error{.code = "unknown-operation",
                .what = {"没有“" + name + "”这个操作", "there is no operation '" + name + "'"},
                .mend = {"yinuo api 列出全部", "yinuo api lists them all"}};
    if (const auto near = nearest(name, names))
        error.mend = {"是不是想写 " + std::string(*near) + "？",
                      "did you mean " + std::string(*near) + "?"};
    return refuse(std::move(error));
}

struct Wish {
    std::string server, key, body, type, accept, if_match, once;
    std::vector<std::pair<std::string, std::string>> given;
};

Result<ApiClient::Request> request_of(const ApiOperation& operation, const Wish& wish,
                                      const Console& console) {
    std::string path = TRY(api_path(operation, wish.given));
    ApiClient::Request request{.method = std::string(operation.method),
                               .path = std::move(path),
                               .token = wish.key,
                               .if_match = wish.if_match,
                               .accept = wish.accept,
                               .language = console.chinese ? "zh" : "en",
                               .once = wish.once};
    if (wish.body.empty() && operation.body_required)
        return refuse({.code = "missing-value",
                       .what = {"这个操作要有正文", "this operation needs a body"},
                       .mend = {"加 --body 文件，或 --body - 从标准输入读",
                                "add --body FILE, or --body - for standard input"}});
    if (!wish.body.empty()) request.body = TRY(read_file(wish.body, kBodyMost));
    if (!wish.type.empty())
        request.type = wish.type;
    else if (!operation.media.empty())
        request.type = operation.media.front();
    return request;
}

int call(const ApiOperation& operation, const Wish& wish, const Console& console) {
    const auto request = request_of(operation, wish, console);
    if (!request)
        return complain(request.error(), console,
                        request.error().code == "no-file" ? kInput : kUsage);
    auto client = ApiClient::at(wish.server);
    if (!client) return complain(client.error(), console);
    const auto reply = client->ask(*request);
    if (!reply) return complain(reply.error(), console, kEnvironment);
    if (reply->status >= 400)
        return complain(ApiClient::refused(*request, *reply), console,
                        reply->status >= 500 ? kEnvironment : kInput);
    std::fwrite(reply->body.data(), 1, reply->body.size(), stdout);
    if (!reply->body.empty() && reply->body.back() != '\n') std::putchar('\n');
    // What the next change needs as --if-match; apart, so that the body stays what it is.
    if (!reply->etag.empty() && console.terminal) fmt::print(stderr, "ETag: {}\n", reply->etag);
    return kFine;
}

int run(Arguments arguments, const Console& console) {
    Wish wish{.server = environment("YINUO_SERVER"),
              .key = environment("YINUO_KEY"),
              .body = {},
              .type = {},
              .accept = {},
              .if_match = {},
              .once = {},
              .given = {}};
    std::string name;
    std::vector<std::string> words;
    bool explains = false;
    Options options;
    options.value("server", wish.server);
    options.value("key", wish.key);
    options.value("body", wish.body);
    options.value("type", wish.type);
    options.value("accept", wish.accept);
    options.value("if-match", wish.if_match);
    options.value("once", wish.once);
    options.flag("explain", explains);
    options.optional("OPERATION", name);
    options.rest("NAME=VALUE", words, 0);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    Arena memory;
    const auto all = read_api_catalog(server::openapi_json(), memory);
    if (!all) return complain(all.error(), console, kEnvironment);
    if (name.empty()) {
        list_areas(*all);
        return kFine;
    }
    const auto operation = find(*all, name);
    if (!operation) return complain(operation.error(), console);
    if (explains) {
        explain(**operation, console);
        return kFine;
    }
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            return complain(
                {.code = "bad-parameter",
                 .what = {"“" + word + "”不是 名=值", "'" + word + "' isn't NAME=VALUE"},
                 .mend = {"例如 id=3", "for example id=3"}},
                console);
        wish.given.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    if (wish.server.empty())
        return complain({.code = "missing-value",
                         .what = {"不知道服务器在哪里", "where the server is isn't said"},
                         .mend = {"加 --server http://…，或设 YINUO_SERVER",
                                  "add --server http://..., or set YINUO_SERVER"}},
                        console);
    return call(**operation, wish, console);
}

}  // namespace

const Command kApiCommand{
    .name = "api",
    .summary = {"对运行中的服务器做它会做的任何事", "anything that a running server can do"},
    .usage = {R"(yinuo api                                   列出全部操作
yinuo api 操作 --explain                    它要什么参数、什么正文
yinuo api 操作 [名=值…] [--body 文件|-]     做它；答复写到标准输出

  --server URL     服务器；也可设环境变量 YINUO_SERVER
  --key KEY        密钥；放在环境变量 YINUO_KEY 里，别的进程就看不到
  --body 文件      正文；- 是标准输入
  --type 类型      正文的媒体类型，默认是该操作的第一种
  --accept 类型    想要的答复，例如 text/csv
  --if-match ETAG  改动针对的版本；在终端上，答复的 ETag 写在标准错误里
  --once WORD      幂等键：同一个词再来一次不会再做一次
退出码：0 做成了，2 命令行有误，3 服务器拒绝（或正文读不到），4 连不上，或服务器出了错)",
              R"(yinuo api                                     list every operation
yinuo api OPERATION --explain                 its parameters and body
yinuo api OPERATION [NAME=VALUE...] [--body FILE|-]   do it; the answer goes to standard output

  --server URL     where the server is; or set YINUO_SERVER
  --key KEY        who asks; set YINUO_KEY instead to keep it from other processes
  --body FILE      the body; - is standard input
  --type TYPE      its media type; by default the operation's first
  --accept TYPE    the answer wanted, for example text/csv
  --if-match ETAG  the version that a change is meant for; at a terminal each answer's ETag is
                   told on standard error
  --once WORD      Idempotency-Key: the same word again has no second effect
Exit: 0 done, 2 usage, 3 refused by the server (or the body can't be read), 4 no answer, or the server failed)"},
    .run = run,
};

}  // namespace yinuo::cli
