package nginx

import (
	"fmt"
	"strings"
	"testing"
)

// TestWrites: places that images of nginx have for it are not told, and neither is what a
// variable decides.
func TestWrites(t *testing.T) {
	for config, want := range map[string]string{
		"http { access_log /var/log/nginx/shop.log main; }":                                             "/var/log/nginx access_log 1",
		"error_log /srv/logs/error.log warn;\nevents {}":                                                "/srv/logs error_log 1",
		"http { server { location / {\n proxy_temp_path /data/tmp 1 2; } } }":                           "/data/tmp proxy_temp_path 2",
		"http { access_log logs/shop.log; }":                                                            "/etc/nginx/logs access_log 1",
		"http { access_log /a/1.log; access_log /a/2.log; }":                                            "/a access_log 1",
		"http { access_log /var/log/nginx/access.log; access_log off; }":                                "",
		"http { error_log stderr; access_log syslog:server=log; }":                                      "",
		"http { error_log memory:32m debug; }":                                                          "",
		"http { access_log /var/log/nginx/$host.log; }":                                                 "",
		"http { client_body_temp_path /tmp/body; proxy_cache_path /var/cache/nginx/a keys_zone=a:1m; }": "/tmp/body client_body_temp_path 1",
		"pid /tmp/nginx.pid;\nlock_file /tmp/nginx.lock;":                                               "/tmp pid 1",
		"pid /run/nginx.pid;": "",
		"pid off;":            "",
		"http { access_log /dev/fd/1; fastcgi_temp_path /run/x; }": "",
		"http { access_log /a/1.log":                               "",
	} {
		var got []string
		for _, w := range Writes([]byte(config)) {
			got = append(got, fmt.Sprint(w.Path, " ", w.Name, " ", w.Line))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s\ngot  %s\nwant %s", config, strings.Join(got, ", "), want)
		}
	}
}
