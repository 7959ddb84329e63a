// Package forge asks GitHub which release of an action is the newest, and at which commit it is.
//
//	c := forge.New("")
//	r, err := c.Newest(ctx, "actions/checkout", "4", time.Now().AddDate(0, 0, -7))
//
// # Invariants
//
//   - No credentials are sent, and no redirect to another host is followed.
//   - What is returned has the form of a version and of a commit, whatever was answered.
//   - A release counts when it is older than a day that the caller names, so that others have
//     looked at it.
package forge
