import psycopg

with psycopg.connect("") as db:
    db.execute("create table if not exists guest (id serial primary key, name text not null)")
