package tui

// layers are the screens, the last one on top, and the overlays over it.
type layers struct {
	screens  []screen
	overlays []overlay
}

// top returns what has the keys.
func (l *layers) top() layer {
	if n := len(l.overlays); n > 0 {
		return l.overlays[n-1]
	}
	return l.screen()
}

func (l *layers) screen() screen { return l.screens[len(l.screens)-1] }

// below returns the screen under the one on top, nil when there is none.
func (l *layers) below() screen {
	if n := len(l.screens); n > 1 {
		return l.screens[n-2]
	}
	return nil
}
