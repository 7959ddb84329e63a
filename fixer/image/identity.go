package image

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// An Identity is a user a container runs as. Numbers that are not known
// are zero with their Known flag unset: zero alone never means root.
type Identity struct {
	UID, GID           int
	KnownUID, KnownGID bool
	Name               string // the user's name, "" when none is known
	// Numeric says that the image's USER is a number (or absent, which is
	// root): a kubelet can then check runAsNonRoot without a runAsUser. A USER
	// written as a name makes the kubelet refuse the container instead.
	Numeric bool
}

// IsRoot reports whether the identity is known to be root.
func (i Identity) IsRoot() bool { return i.KnownUID && i.UID == 0 }

// IsNonRoot reports whether the identity is known not to be root.
func (i Identity) IsNonRoot() bool { return i.KnownUID && i.UID != 0 }

// String is "root", "999:999", "472", "postgres (999:999)" or "an unknown user".
func (i Identity) String() string {
	numbers := ""
	switch {
	case i.IsRoot():
		return "root"
	case i.KnownUID && i.KnownGID:
		numbers = strconv.Itoa(i.UID) + ":" + strconv.Itoa(i.GID)
	case i.KnownUID:
		numbers = strconv.Itoa(i.UID)
	}
	switch {
	case numbers != "" && i.Name != "":
		return i.Name + " (" + numbers + ")"
	case numbers != "":
		return numbers
	case i.Name != "":
		return i.Name + " (uid unknown)"
	}
	return "an unknown user"
}

// identityJSON is how the table writes an identity: a number left out is
// unknown.
type identityJSON struct {
	Name    string `json:"name,omitempty"`
	UID     *int   `json:"uid,omitempty"`
	GID     *int   `json:"gid,omitempty"`
	Numeric bool   `json:"numeric,omitempty"`
}

// MarshalJSON writes the table's form, in which absent numbers are unknown.
func (i Identity) MarshalJSON() ([]byte, error) {
	raw := identityJSON{Name: i.Name, Numeric: i.Numeric}
	if i.KnownUID {
		raw.UID = &i.UID
	}
	if i.KnownGID {
		raw.GID = &i.GID
	}
	return json.Marshal(raw)
}

// UnmarshalJSON reads the table's form, in which absent numbers are unknown.
func (i *Identity) UnmarshalJSON(data []byte) error {
	var raw identityJSON
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("identity %s: %w", data, err)
	}
	*i = Identity{Name: raw.Name, Numeric: raw.Numeric}
	if raw.UID != nil {
		i.UID, i.KnownUID = *raw.UID, true
	}
	if raw.GID != nil {
		i.GID, i.KnownGID = *raw.GID, true
	}
	return nil
}
