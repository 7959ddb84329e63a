package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Claim says that a person is deciding about a root in this process. It lies
// beside the undo records. The system gives it up when the process ends,
// however it ends, so that none is ever stale.
type Claim struct{ lock *os.File }

// A ClaimedError is returned when another process has the claim to a root.
type ClaimedError struct {
	Root string
	PID  int // of that process, 0 when it does not say
}

// Error names the process, which is how a person finds it.
func (e *ClaimedError) Error() string {
	who := "another process"
	if e.PID > 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("%s: oakum is already open on this repository (%s): write or quit there first (oakum scan and oakum fix --diff still work)", text.VisibleLine(e.Root), who)
}

const (
	claimName = "open"

	// claimPatience is how long a claim is waited for: others look at it for an
	// instant.
	claimPatience = 500 * time.Millisecond
)

// claimant is what the file holds while it is locked.
type claimant struct {
	PID int `json:"pid"`
}

// ClaimRoot claims a root until the claim is released or the process ends. Where
// another process has it, the error is a [ClaimedError]. Where there is no place
// to keep a claim there are no records and no decisions either, so there is
// nothing that two sessions could take from each other: the claim is nil.
func ClaimRoot(ctx context.Context, root string) (*Claim, error) {
	w, err := newWriter(root)
	if err != nil {
		return nil, err
	}
	defer w.close()
	dir, err := storeOf(w.base)
	if err != nil || os.MkdirAll(dir, 0o700) != nil {
		return nil, nil
	}
	lock, err := os.OpenFile(filepath.Join(dir, claimName), os.O_CREATE|os.O_RDWR|disk.OpenFlags, 0o600)
	if err != nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, claimPatience)
	defer cancel()
	err = disk.Lock(ctx, lock)
	if errors.Is(err, context.DeadlineExceeded) {
		err = claimedBy(w.base, lock)
	}
	if err != nil {
		lock.Close()
		return nil, err
	}
	if data, err := json.Marshal(claimant{PID: os.Getpid()}); err == nil && lock.Truncate(0) == nil {
		lock.WriteAt(data, 0) // without it the process is not named
	}
	return &Claim{lock}, nil
}

// Release gives the claim up. A nil claim has nothing to give up.
func (c *Claim) Release() {
	if c != nil {
		c.lock.Truncate(0)
		c.lock.Close()
	}
}

// Unclaimed fails with a [ClaimedError] when a process has the claim to a root.
func Unclaimed(root string) error {
	w, err := newWriter(root)
	if err != nil {
		return err
	}
	defer w.close()
	dir, err := storeOf(w.base)
	if err != nil {
		return nil
	}
	lock, err := os.OpenFile(filepath.Join(dir, claimName), os.O_RDWR|disk.OpenFlags, 0)
	if err != nil {
		return nil // nobody has ever claimed it
	}
	defer lock.Close()
	if free, err := disk.TryShare(lock); err == nil && !free {
		return claimedBy(w.base, lock)
	}
	return nil
}

func claimedBy(base string, lock *os.File) error {
	var c claimant
	data := make([]byte, 256)
	n, _ := lock.ReadAt(data, 0)
	json.Unmarshal(data[:n], &c) // a process that does not say is one all the same
	return &ClaimedError{Root: base, PID: c.PID}
}
