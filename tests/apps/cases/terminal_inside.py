# The same screens where the terminal (tmux) is inside, too.
# app-needs: tmux vim less htop script
# app-long
# app-timeout: 240
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.environ['APPS'] + '/data')
import screens
screens.session('')
