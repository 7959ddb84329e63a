package build_test

import (
	"fmt"
	"testing"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
)

// TestAsksSelf: what a health check asks of its own container, as the kubelet can ask it. What
// makes the request another one is not read, however the options are written.
func TestAsksSelf(t *testing.T) {
	for script, want := range map[string]string{
		`curl -f http://localhost:8080/health`:                                             "8080 /health []",
		`curl -f http://localhost:8080/health || exit 1`:                                   "8080 /health []",
		`curl http://localhost:8080/health`:                                                "8080  []",
		`wget -qO- http://127.0.0.1/ready`:                                                 "80 /ready []",
		`curl -f -H "X-Synthetic: 1" localhost:8080/`:                                      "8080 / [{X-Synthetic 1}]",
		`curl -fsSH 'X-Synthetic: 1' -H'Accept: text/plain' localhost:8080/`:               "8080 / [{X-Synthetic 1} {Accept text/plain}]",
		`curl -f --header "Host: shop.example" localhost:8080/`:                            "8080 / [{Host shop.example}]",
		`wget -q --header "Accept: text/plain" -O - http://localhost:8080/`:                "8080 / [{Accept text/plain}]",
		`wget -q --header="Accept: text/plain" -O - http://localhost:8080/`:                "8080 / [{Accept text/plain}]",
		`curl -f -H "Authorization: Bearer x" localhost:8080/`:                             "",
		`curl -f -H "X-Api-Key: x" localhost:8080/`:                                        "",
		`curl -f -H @headers localhost:8080/`:                                              "",
		`curl -f -H "Accept:" localhost:8080/`:                                             "",
		`curl -f -H "X: $TOKEN_OF_HEALTH" localhost:8080/`:                                 "",
		`curl -f localhost:8080/ -H`:                                                       "",
		`curl -f -XPOST localhost:8080/`:                                                   "",
		`curl -f --request POST localhost:8080/`:                                           "",
		`curl -fd a=b localhost:8080/`:                                                     "",
		`curl -f --data-raw a=b localhost:8080/`:                                           "",
		`curl -f --unix-socket /run/app.sock http://localhost/`:                            "",
		`wget -q --post-data=a http://localhost:8080/`:                                     "",
		`curl -f http://localhost:8080/ http://localhost:8081/`:                            "",
		`curl -f http://db:8080/`:                                                          "",
		`curl -f https://localhost:8443/`:                                                  "",
		`curl -f http://localhost:8080/ && touch /tmp/ok`:                                  "",
		`curl -f -H "X: 1" http://localhost:8080/ || curl -f http://localhost:8081/health`: "",
	} {
		got := ""
		if a, ok := build.AsksSelf(container.NewRun(container.Run{Text: script}).Commands); ok {
			got = fmt.Sprintf("%s %s %v", a.Port, a.Page, a.Headers)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
}
