"""Temporary."""
import pytest
from tests.web.accounts import EMAILS
from tests.web.browsing import chromium, served

SHOTS=[("leader","/equipes","equipes"),("leader","/equipes?semaine=2013-12-09","equipes-vide"),("leader","/equipes/agents","agents"),("agent","/mes-vacations","mes"),]
def test_shots(demo):
    with served(demo) as site, chromium() as browser:
        for who,path,name in SHOTS:
            for w in (320,360,768,1024,1366):
                ctx=browser.new_context(viewport={"width":w,"height":900},locale="fr-FR")
                page=ctx.new_page()
                page.goto(site+"/connexion")
                page.fill("#email",EMAILS[who]); page.fill("input[type=password]",demo.password)
                page.click("button[type=submit]")
                page.goto(site+path)
                sw=page.evaluate("document.documentElement.scrollWidth")
                print(name,w,"SCROLL" if sw>w else "ok",sw)
                if name=="equipes":
                    page.evaluate("document.querySelectorAll('.assign').forEach((d,i)=>{ if(i==3||i==13) d.open=true})")
                    sw=page.evaluate("document.documentElement.scrollWidth")
                    print(" open",w,sw)
                if name=="mes":
                    page.evaluate("document.querySelectorAll('.ask')[0].open=true")
                page.screenshot(path=f"/tmp/shots/{name}-{w}.png",full_page=True)
                if name=="agents" and w in (360,1366):
                    page.click("td.follow a >> nth=0")
                    page.screenshot(path=f"/tmp/shots/agent-{w}.png",full_page=True)
                ctx.close()
