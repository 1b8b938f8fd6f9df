// Mozilla User Preferences
/* by hand */
user_pref("network.proxy.type", 1);
user_pref('network.proxy.socks', "127.0.0.1");
user_pref("network.proxy.socks_port", 6091);
user_pref("network.proxy.socks_remote_dns", false);
user_pref("network.proxy.no_proxies_on", "localhost, \"a\"");
