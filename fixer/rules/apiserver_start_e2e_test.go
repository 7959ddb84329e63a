//go:build e2e

package rules_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// builder is the module that builds kube-apiserver; see its README.
const builder = "../../testdata/e2e/apiserver"

// readyWithin is how long etcd and the API server together may take to answer:
// a few seconds, on a machine that is busy many times that.
const readyWithin = 2 * time.Minute

// An apiServer is a kube-apiserver with an etcd of its own, both on the
// loopback interface, with their data in a folder of the test. There is no
// scheduler, controller or kubelet: nothing that is submitted ever starts.
type apiServer struct {
	base  string // https://127.0.0.1:PORT
	token string
	http  *http.Client
	kinds map[string]resource // by apiVersion, a space, and kind
}

// startAPIServer starts both programs and ends them with the test. The test is
// skipped, with the reason, where one of them cannot be had.
func startAPIServer(t *testing.T) *apiServer {
	etcd, err := exec.LookPath("etcd")
	if err != nil {
		t.Skipf("no API server was asked, for etcd is not installed (on Debian: apt-get install etcd-server): %v", err)
	}
	program := buildAPIServer(t)

	dir, ports := t.TempDir(), freePorts(t, 3)
	store, peers := "http://127.0.0.1:"+ports[0], "http://127.0.0.1:"+ports[1]
	launch(t, dir, etcd,
		"--data-dir="+filepath.Join(dir, "etcd"),
		"--listen-client-urls="+store, "--advertise-client-urls="+store,
		"--listen-peer-urls="+peers, "--initial-advertise-peer-urls="+peers, "--initial-cluster=default="+peers)

	s := &apiServer{base: "https://127.0.0.1:" + ports[2], token: rand.Text()}
	accounts := write(t, dir, "tokens.csv", []byte(s.token+",oakum,oakum,system:masters\n"))
	key := write(t, dir, "accounts.key", accountKey(t))
	server := launch(t, dir, program,
		"--etcd-servers="+store,
		"--bind-address=127.0.0.1", "--secure-port="+ports[2], "--cert-dir="+dir,
		"--endpoint-reconciler-type=none", // it would look for an address other than loopback
		"--token-auth-file="+accounts, "--authorization-mode=RBAC",
		"--service-account-issuer=https://oakum.test", "--service-account-key-file="+key, "--service-account-signing-key-file="+key,
		"--service-cluster-ip-range=10.0.0.0/24",
		"--allow-privileged=true", // else such pods are invalid, and Pod Security is never asked
		// These refuse a pod whose account or class this cluster does not
		// have. A manifest alone does not say what its cluster has.
		"--disable-admission-plugins=ServiceAccount,Priority,RuntimeClass")
	s.await(t, server, filepath.Join(dir, "apiserver.crt"))
	s.discover(t)
	return s
}

// buildAPIServer returns the path of kube-apiserver, built the first time.
func buildAPIServer(t *testing.T) string {
	t.Helper()
	var words bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", "run", "-C", builder, ".")
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("no API server was asked, for kube-apiserver is not here and cannot be built (a network is needed once): %v\n%s", err, tail(words.Bytes()))
	}
	return strings.TrimSpace(string(out))
}

// A process is a program that runs beside the test.
type process struct {
	name string
	log  string        // the file that has what it printed
	done chan struct{} // closed when it has ended
}

// launch starts a program and makes sure that it ends before the test does.
func launch(t *testing.T, dir, program string, args ...string) *process {
	t.Helper()
	p := &process{name: filepath.Base(program), done: make(chan struct{})}
	p.log = filepath.Join(dir, p.name+".log")
	out, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	ctx := t.Context()
	if end, ok := t.Deadline(); ok { // the test would end there without a clean-up
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-15*time.Second))
		t.Cleanup(cancel)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second // what has not ended by then is killed
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	go func() {
		_ = cmd.Wait() // it ends by the signal above, or await tells of it
		close(p.done)
	}()
	t.Cleanup(func() { <-p.done }) // its context has been cancelled by then
	return p
}

// await returns once the API server says that it is ready. The certificate it
// made for itself is then the only one that is trusted.
func (s *apiServer) await(t *testing.T, server *process, certificate string) {
	t.Helper()
	for end := time.Now().Add(readyWithin); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		select {
		case <-server.done:
			printed, _ := os.ReadFile(server.log)
			t.Fatalf("%s ended before it was ready:\n%s", server.name, tail(printed))
		default:
		}
		trusted := x509.NewCertPool()
		if chain, err := os.ReadFile(certificate); err != nil || !trusted.AppendCertsFromPEM(chain) {
			continue // not written yet, or not to the end
		}
		s.http = &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, MaxIdleConnsPerHost: 8},
		}
		if code, _, err := s.send(t.Context(), http.MethodGet, "/readyz", nil); err == nil && code == http.StatusOK {
			return
		}
	}
	printed, _ := os.ReadFile(server.log)
	t.Fatalf("%s is not ready after %s:\n%s", server.name, readyWithin, tail(printed))
}

// freePorts finds ports that nobody listens on at this moment.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	return ports
}

// accountKey makes the key that tokens of service accounts would be signed
// with; the API server does not start without one.
func accountKey(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tail returns the last lines of what a program printed.
func tail(printed []byte) string {
	lines := strings.Split(strings.TrimSpace(string(printed)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
