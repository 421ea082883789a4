drop function app.share_link_by_hash(text, text);
drop table presence.share_access;
drop table presence.share_link;
