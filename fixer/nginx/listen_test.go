package nginx

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

func TestMoveListen(t *testing.T) {
	for _, c := range []struct{ name, in, want, why string }{
		{"plain", "server {\n    listen 80;\n    root /x;\n}\n", "server {\n    listen 8080;\n    port_in_redirect off;\n    root /x;\n}\n", ""},
		{"forms", "server {\n\tlisten 80 default_server; # all\n\tlisten [::]:80 ipv6only=on;\n\tlisten *:80;\n\tlisten 0.0.0.0:80;\n\tlisten \"80\";\n}\n",
			"server {\n\tlisten 8080 default_server; # all\n\tlisten [::]:8080 ipv6only=on;\n\tlisten *:8080;\n\tlisten 0.0.0.0:8080;\n\tlisten \"8080\";\n\tport_in_redirect off;\n}\n", ""},
		{"comment behind the last", "server {\n  listen 80; # all\n}\n", "server {\n  listen 8080; # all\n  port_in_redirect off;\n}\n", ""},
		{"address alone", "server {\n  listen [::];\n}\n", "server {\n  listen [::]:8080;\n  port_in_redirect off;\n}\n", ""},
		{"one line", "server { listen 80; root /x; }", "server { listen 8080; port_in_redirect off; root /x; }", ""},
		{"one line without blanks", "server{listen 80;root /x;}", "server{listen 8080; port_in_redirect off;root /x;}", ""},
		{"line endings", "server {\r\n  listen 80;\r\n}\r\n", "server {\r\n  listen 8080;\r\n  port_in_redirect off;\r\n}\r\n", ""},
		{"silent already", "server {\n  absolute_redirect off;\n  listen 80;\n}\n", "server {\n  absolute_redirect off;\n  listen 8080;\n}\n", ""},
		{"another high port", "server {\n  listen 80;\n}\nserver {\n  listen 9000;\n}\n", "server {\n  listen 8080;\n  port_in_redirect off;\n}\nserver {\n  listen 9000;\n}\n", ""},
		{"comments and quotes", "# listen 80;\nmap $x $y { default \"listen 80;\"; }\nserver {\n  listen 80;\n  location ~ ^/a{2} { return 200 'a;b'; }\n}\n", "", "read"},
		{"quoted", "# listen 80;\nmap $x $y { default \"listen 80;\"; }\nserver {\n  listen 80;\n  location ~ \"^/a{2}\" { return 200 'a;b'; }\n}\n",
			"# listen 80;\nmap $x $y { default \"listen 80;\"; }\nserver {\n  listen 8080;\n  port_in_redirect off;\n  location ~ \"^/a{2}\" { return 200 'a;b'; }\n}\n", ""},
		{"TLS", "server { listen 80; listen 443 ssl; }", "", "TLS"},
		{"another low port", "server { listen 80; listen 81; }", "", "port 81"},
		{"no listen", "server { root /x; }", "", "without listen"},
		{"no server", "gzip on;", "", "no server"},
		{"include", "server { listen 80; include /etc/nginx/extra/*.conf; }", "", "includes"},
		{"types", "server { listen 8081; include mime.types; }", "server { listen 8081; include mime.types; }", ""},
		{"port handed on", "server { listen 80; location / { proxy_set_header X-Forwarded-Port $server_port; proxy_pass http://api; } }", "", "server_port"},
		{"application", "server { listen 80; location / { fastcgi_pass php:9000; } }", "", "SERVER_PORT"},
		{"itself", "server { listen 80; location / { proxy_pass http://127.0.0.1/x; } }", "", "itself"},
		{"log", "server { listen 80; access_log /var/log/nginx/shop.log main; }", "", "log"},
		{"usual log", "server { listen 80; access_log /var/log/nginx/access.log main; absolute_redirect off; }", "server { listen 8080; access_log /var/log/nginx/access.log main; absolute_redirect off; }", ""},
		{"cache", "proxy_cache_path /data/cache keys_zone=a:1m;\nserver { listen 80; }", "", "/data/cache"},
		{"socket", "server { listen unix:/run/x.sock; }", "", "not a port"},
		{"variable", "server { listen ${NGINX_PORT}; }", "", "not a port"},
		{"main", "user nginx;\nevents {}\nhttp { server { listen 80; } }", "", "main configuration"},
		{"broken", "server { listen 80; ", "", "not closed"},
		{"port in redirects", "server { listen 80; port_in_redirect on; }", "", "line 1 puts the port into redirects"},
		{"addresses in redirects", "server {\n  listen 80;\n  absolute_redirect on;\n}", "", "line 3 puts the port into redirects"},
		{"QUIC", "server { listen 80; listen 8443 quic; }", "", "TLS"},
		{"certificate of a plain server", "server { listen 80; ssl_certificate /etc/x.pem; }", "", "TLS"},
		{"port handed on in braces", "server { listen 80; return 301 https://$host:${server_port}/; }", "", "server_port"},
		{"itself by its port", "server { listen 80; location / { proxy_pass http://localhost:80; } }", "", "itself"},
		{"another server of the container", "server { listen 80; absolute_redirect off; location / { proxy_pass http://localhost:3000; } }", "server { listen 8080; absolute_redirect off; location / { proxy_pass http://localhost:3000; } }", ""},
		{"log of errors", "server { listen 80; error_log /var/log/nginx/shop/error.log; }", "", "log"},
		{"room for bodies", "client_body_temp_path /var/lib/nginx/body;\nserver { listen 80; }", "", "/var/lib/nginx/body"},
		{"room by a way out of it", "proxy_cache_path /tmp/../data keys_zone=a:1m;\nserver { listen 80; }", "", "/tmp/../data"},
		{"brace too many", "server { listen 80; }\n}\nserver { listen 81; }", "", "line 2"},
		{"Lua", "server { listen 80; content_by_lua_block { ngx.say('{') } }", "", "Lua"},
		{"variable without an end", "server { listen 80; root /${x\n}; }", "", "no end"},
		{"blocks too deep", "server { listen 80; " + strings.Repeat("a {", 40) + strings.Repeat("}", 40) + " }", "", "too deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			edits, _, err := MoveListen([]byte(c.in), 80, 8080)
			if c.why != "" {
				if err == nil || !strings.Contains(err.Error(), c.why) {
					t.Fatalf("%v, want %q", err, c.why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text.Sort(edits)
			got, err := text.Apply([]byte(c.in), edits)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if err := OnlyMoves([]byte(c.in), got); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMainConfigurationIsNotMoved: each directive of the main configuration says that the
// file is one, and no server in it is moved.
func TestMainConfigurationIsNotMoved(t *testing.T) {
	for _, line := range []string{"user nginx;", "pid /run/x.pid;", "events {}", "http {}", "load_module x.so;", "worker_processes 2;", "stream {}", "mail {}"} {
		if _, _, err := MoveListen([]byte(line+"\nserver { listen 80; }"), 80, 8080); err == nil || !strings.Contains(err.Error(), "main configuration") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestOnlyMoves: what is written in place of a configuration may differ in the port alone.
func TestOnlyMoves(t *testing.T) {
	const before = "server { listen 80; root /a; }"
	for after, want := range map[string]string{
		"server { listen 8080; port_in_redirect off; root /a; }": "",
		"server { listen 8080; root /b; }":                       "another directive",
		"server { listen 8080; }":                                "another directive",
		"server { listen 8080; root /a;":                         "cannot be read",
	} {
		err := OnlyMoves([]byte(before), []byte(after))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", after, err, want)
		}
	}
}

func TestMoveListenKnowsWhoHasThePort(t *testing.T) {
	for in, want := range map[string]bool{"server { listen 80; }\nserver { listen 8080; }": true, "server { listen 80; }": false, "server { listen 9000; }": false} {
		if _, taken, err := MoveListen([]byte(in), 80, 8080); err != nil || taken != want {
			t.Errorf("%s: %v %v, want %v", in, taken, err, want)
		}
	}
}

func TestEqualTellsDirectivesApart(t *testing.T) {
	base := "server { listen 80; root /a; location / { return 200; } }"
	for in, want := range map[string]bool{
		base: true,
		"server { listen 8080; root /a; location / { return 200; } }":   true,
		"server { listen 8080; root /b; location / { return 200; } }":   false,
		"server { listen 80; root /a; location / { return 404; } }":     false,
		"server { listen 80; root /a; location /; }":                    false,
		"server { listen 80; root /a {} location / { return 200; } }":   false,
		"server { listen 80; root /a; location / { return 200; } }\na;": false,
	} {
		a, _ := Parse([]byte(base))
		b, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got := Equal(a, b, "listen"); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// FuzzParse reads hostile files: none may make the parser fail, or leave the file.
func FuzzParse(f *testing.F) {
	f.Add("server { listen 80; location ~ \"x\" { return 200 'a'; } }")
	f.Add("a ${b} \\;")
	f.Fuzz(func(t *testing.T, in string) {
		list, err := Parse([]byte(in))
		if err != nil {
			return
		}
		_ = each(list, func(d *Directive) error {
			if d.Start < 0 || d.End > len(in) || d.Start >= d.End {
				t.Fatalf("%+v lies outside", d)
			}
			return nil
		})
		if edits, _, err := MoveListen([]byte(in), 80, 8080); err == nil {
			text.Sort(edits)
			if _, err := text.Apply([]byte(in), edits); err != nil {
				t.Fatal(err)
			}
		}
	})
}
