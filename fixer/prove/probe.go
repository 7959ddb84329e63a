package prove

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// maxBody bounds what is read of an answer, in bytes.
const maxBody = 1 << 20

// numbers are what differs from answer to answer: times, counters, ids.
var numbers = text.Regexp(`[0-9a-fA-F]*[0-9][0-9a-fA-F]*`)

// probe asks a published port of this machine with GET /, and else looks whether it is
// open. Redirects are not followed, and no proxy is asked.
func probe(ctx context.Context, published string, limit time.Duration) fixer.ProofAnswer {
	if answer, ok := get(ctx, published, limit); ok {
		return answer
	}
	return fixer.ProofAnswer{TCP: isOpen(ctx, published, limit)}
}

func get(ctx context.Context, published string, limit time.Duration) (fixer.ProofAnswer, bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	transport := &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+published+"/", nil)
	if err != nil {
		return fixer.ProofAnswer{}, false
	}
	request.Header.Set("User-Agent", "oakum-prove")
	response, err := client.Do(request)
	if err != nil {
		return fixer.ProofAnswer{}, false
	}
	defer response.Body.Close()
	answer := fixer.ProofAnswer{TCP: true, Status: response.StatusCode}
	if body, err := io.ReadAll(io.LimitReader(response.Body, maxBody)); err == nil && len(body) > 0 {
		sum := sha256.Sum256(numbers().ReplaceAll(body, []byte("0")))
		answer.Body = hex.EncodeToString(sum[:8])
	}
	return answer, true
}

// patience is how long a connection must stay open to count: a proxy of the engine takes
// it, and ends it when nobody listens behind.
const patience = 700 * time.Millisecond

func isOpen(ctx context.Context, published string, limit time.Duration) bool {
	d := net.Dialer{Timeout: limit}
	c, err := d.DialContext(ctx, "tcp", published)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(patience)) // without one, the read ends it
	n, err := c.Read(make([]byte, 1))
	return n > 0 || errors.Is(err, os.ErrDeadlineExceeded)
}

// loopback is the address of a port that an engine has published on this machine.
func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
