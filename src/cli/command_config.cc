// `yinuo config show`: every setting, its value, and where that came from.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/installation.h"
#include "server/json_out.h"

namespace yinuo::cli {
namespace {

int run(Arguments arguments, const Console& console) {
    std::string verb;
    SettingFlags flags;
    Options options;
    flags.declare(options);
    options.required("show", verb);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (verb != "show")
        return complain({.code = "unknown-verb",
                         .what = {"不认识 config " + verb, "config doesn't know '" + verb + "'"},
                         .mend = {"用 yinuo config show", "it is yinuo config show"}},
                        console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    const auto values = settings->values();
    if (console.json) {
        server::JsonOut out;
        out.open('[');
        for (const auto& value : values)
            out.open('{')
                .member("name", value.name)
                .member("value", value.text)
                .member("where", value.where)
                .close('}');
        fmt::print("{}\n", out.close(']').take());
        return kFine;
    }
    std::size_t width = 0, wide = 0;
    for (const auto& value : values) {
        width = std::max(width, value.name.size());
        wide = std::max(wide, value.text.size());
    }
    for (const auto& value : values)
        fmt::print("{:<{}}  {:<{}}  {}\n", value.name, width, value.text.empty() ? "-" : value.text,
                   std::min<std::size_t>(wide, 40), value.where);
    return kFine;
}

}  // namespace

const Command kConfigCommand = {
    .name = "config",
    .summary = {"看每个设置的值和来处", "show each setting and where it came from"},
    .usage = {"yinuo config show [--config 文件] [设置…]\n"
              "\n"
              "设置来自一个 YAML 文件（--config 或 YINUO_CONFIG）、环境变量 "
              "YINUO_…、命令行，后者优先；\n"
              "名字处处相同：public_url、YINUO_PUBLIC_URL、--public-url。秘密显示为 ***。\n",
              "yinuo config show [--config FILE] [SETTING...]\n"
              "\n"
              "Settings come from one YAML file (--config or YINUO_CONFIG), environment variables "
              "YINUO_...,\n"
              "and flags, in rising order; the name is the same everywhere: public_url, "
              "YINUO_PUBLIC_URL,\n"
              "--public-url. Secrets are shown as ***.\n"},
    .run = run,
};

}  // namespace yinuo::cli
