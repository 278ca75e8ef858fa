# A sandbox on the host's terminal: bash with job control, vim, less, htop, tmux, python; by their screens.
# app-needs: tmux vim less htop script
# app-outside
# app-long
# app-timeout: 240
import os, sys
sys.path.insert(0, os.environ['APPS'] + '/data')
sys.dont_write_bytecode = True
import screens
screens.session(os.environ['SANDBOX'])
