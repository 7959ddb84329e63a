package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A failure is an [image.Failure] on its way.
type failure struct {
	image.Failure
	down bool // of the host and not of one image: the next call would fail, too
	gone bool // the registry says that there is no such tag or digest
}

func (f *failure) Error() string { return f.Text }

func fail(kind image.FailureKind, format string, args ...any) *failure {
	return &failure{Failure: image.Failure{Kind: kind, Text: fmt.Sprintf(format, args...)}}
}

// errNotKept says that the network would be needed and may not be used.
var errNotKept = fail(image.NotAsked, "not asked: oakum is offline, and no earlier answer is kept")

// asFailure is the failure that an error stands for.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return fail(image.Unreachable, "%s", clean(err.Error()))
}

// connectionFailure says in words why a call brought no answer.
func connectionFailure(shown string, err error, timeout time.Duration) *failure {
	var already *failure
	if errors.As(err, &already) {
		return already
	}
	f := fail(image.Unreachable, "%s", "")
	var (
		dns      *net.DNSError
		verify   *tls.CertificateVerificationError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		record   tls.RecordHeaderError
		op       *net.OpError
		timed    net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		f.Text = shown + " was not waited for"
	case errors.As(err, &dns) && dns.IsNotFound:
		f.Text, f.down = shown+" cannot be found: there is no such host, or no network", true
	case errors.As(err, &unknown), errors.As(err, &hostname), errors.As(err, &verify):
		f.Text, f.down = shown+" has a certificate that is not trusted here: "+clean(rootOf(err).Error()), true
	case errors.As(err, &record):
		f.Text, f.down = shown+" does not speak TLS", true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		f.Text, f.down = fmt.Sprintf("%s did not answer within %s", shown, inWords(timeout)), true
	case errors.As(err, &op) && op.Op == "proxyconnect":
		f.Text, f.down = shown+" cannot be reached through the proxy: "+clean(rootOf(err).Error()), true
	default:
		f.Text, f.down = shown+" cannot be reached: "+clean(rootOf(err).Error()), true
	}
	return f
}

// rootOf is the innermost error: without the address and the kind of call, which
// mean nothing to most people and may hold a query.
func rootOf(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// clean makes what a registry said fit for a line of a message.
func clean(s string) string {
	const most = 200
	s = strings.TrimSpace(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return text.VisibleLine(s)
}

// inWords writes a time in the largest unit that it fills: "10 s", "3 min", "2 h".
func inWords(d time.Duration) string {
	up := func(unit time.Duration) int64 { return int64((d + unit - 1) / unit) }
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", up(time.Second))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", up(time.Minute))
	}
	return fmt.Sprintf("%d h", up(time.Hour))
}
