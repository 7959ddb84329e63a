//go:build unix

package workspace

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

const claimRoot = "OAKUM_TEST_CLAIM_ROOT"

// claimChild claims a root and never gives it up.
func claimChild(root string) int {
	if _, err := ClaimRoot(context.Background(), root); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("claimed")
	select {}
}

// TestTwoSessionsKnowOfEachOther: one process at a time has a root, others are
// told which, and a killed one leaves nothing that stands in the way.
func TestTwoSessionsKnowOfEachOther(t *testing.T) {
	root := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile})
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), claimRoot+"="+root)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "claimed\n" {
		t.Fatal(line)
	}
	var claimed *ClaimedError
	if _, err := ClaimRoot(t.Context(), root); !errors.As(err, &claimed) || claimed.PID != child.Process.Pid {
		t.Errorf("a second session: %v, want the process %d", err, child.Process.Pid)
	}
	if err := Unclaimed(root); !errors.As(err, &claimed) || !strings.Contains(err.Error(), fmt.Sprintf("oakum is already open on this repository (process %d)", child.Process.Pid)) {
		t.Errorf("a fix: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	if err := Unclaimed(link); err == nil {
		t.Error("a link to the root is another root")
	}

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	if err := Unclaimed(root); err != nil {
		t.Errorf("after the kill: %v", err)
	}
	claim, err := ClaimRoot(t.Context(), root)
	if err != nil {
		t.Fatalf("after the kill: %v", err)
	}
	claim.Release()
	if err := Unclaimed(root); err != nil {
		t.Errorf("after it was released: %v", err)
	}
	if got := disktest.Files(t, root); len(got) != 1 {
		t.Errorf("the claim lies in the repository: %q", got)
	}
}

// TestClaimWithoutState: where nothing can be kept, nothing can be claimed, and
// that keeps nobody from looking.
func TestClaimWithoutState(t *testing.T) {
	root := disktest.Tree(t, map[string]string{"Dockerfile": dockerfile})
	t.Setenv("XDG_STATE_HOME", filepath.Join(root, "Dockerfile"))
	claim, err := ClaimRoot(t.Context(), root)
	if err != nil || claim != nil {
		t.Errorf("%v, %v", claim, err)
	}
	claim.Release()
	if err := Unclaimed(root); err != nil {
		t.Error(err)
	}
}
