// How the server is set up: one YAML file, environment variables, flags, in rising order.
//
// A setting is one word everywhere: `public_url:` in the file, YINUO_PUBLIC_URL in the environment,
// --public-url on the command line. Each value remembers where it came from.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "demo/clock.h"
#include "time/instant.h"

namespace yinuo::server {

struct Config {
    std::string data = "yinuo-data";  // folder
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string tls_cert, tls_key;         // PEM files; both or neither
    std::string master_key;                // file; empty: DATA/keys/master.key
    std::string master_key_text;           // instead of a file
    std::string public_url;                // "https://promises.example.com"; as browsers see us
    std::string origin = "yinuo.example";  // the logs of tenants are called ORIGIN/TENANT
    unsigned threads = 1;                  // of HTTP
    unsigned workers = 2;
    std::string log = "info";  // or "warn": no line for requests that went well
    bool demo = false;
    int demo_speed = demo::kSpeed;           // times as fast as the wall's clock
    std::string demo_examples = "examples";  // the folder that the demo is made from
    bool private_webhooks = false;  // deliver into private networks, too, and over plain http
    double rate_guest = 20;         // requests a second, for each address that shows no credentials
    double rate_user = 50;          // for each person
    double rate_key = 50'000;       // for each key
    std::string trusted_proxies;    // networks as http/forwarded.h reads them
    std::string mail_server;        // "smtp://mail.example.com:587"; empty: no mails
    std::string mail_user;          // empty: without logging in
    std::string mail_password_file;
    std::string mail_from;     // "care@example.com"
    std::string mail_bounces;  // where bounces go; empty: mail_from
    std::string mail_ca_file;  // PEM; empty: the certificates the system trusts
    std::string web;           // a folder with a built web app; empty: the one inside the program
    std::optional<Instant> test_clock;  // time is set by hand and begins here; never for real data
};

struct Setting {
    std::string_view name;
    bool secret;
    bool flag;  // a flag without a value: --demo
    Text what;
};
std::span<const Setting> settings();

class Settings {
public:
    // `yaml` of the file called `path` (empty: there is none); `variable` is the environment;
    // `flags` are (name, value) as the command line had them. Refuses with the first thing that is
    // off and where: unknown keys, values that can't be.
    static Result<Settings> read(
        std::string_view yaml, std::string_view path,
        const std::function<std::optional<std::string>(std::string)>& variable,
        std::span<const std::pair<std::string, std::string>> flags);

    struct Value {
        std::string_view name;
        std::string text;   // secrets as "***" when they are set
        std::string where;  // "default", "yinuo.yaml:3", "YINUO_DATA", "--data"
    };
    std::vector<Value> values() const;
    const Config& config() const { return config_; }

private:
    Result<void> set(std::string_view name, std::string_view value, std::string where, Place place);

    Config config_;
    std::vector<std::pair<std::string, std::string>> where_;  // name, where it came from
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address) into address and port.
Result<std::pair<std::string, std::uint16_t>> read_listen(std::string_view text);

}  // namespace yinuo::server
